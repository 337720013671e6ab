import type { Usage } from '../../../core/usage.ts';
import { type JsonRecord, readCount, readRecord } from '../http/json.ts';

/**
 * Usage of an event or a body, a total so far; undefined when it reports none. Input includes images and cached tokens,
 * output includes reasoning.
 */
export function readUsage(body: JsonRecord): Usage | undefined {
  const usage = readRecord(body, 'usage');
  const inputTokens = readCount(usage, 'input_tokens');
  const outputTokens = readCount(usage, 'output_tokens');
  if (inputTokens === undefined || outputTokens === undefined) return undefined;
  return {
    inputTokens,
    cachedInputTokens: readCount(readRecord(usage, 'prompt_tokens_details'), 'cached_tokens'),
    outputTokens,
    reasoningTokens: readCount(readRecord(usage, 'output_tokens_details'), 'reasoning_tokens'),
  };
}
