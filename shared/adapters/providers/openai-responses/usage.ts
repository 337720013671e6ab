import type { Usage } from '../../../core/usage.ts';
import { type JsonRecord, readCount, readRecord } from '../http/json.ts';

/**
 * Usage of a response; undefined when it reports none, as one that is in progress or failed. Input includes cached
 * tokens and output includes reasoning, as ours do.
 */
export function readUsage(response: JsonRecord | undefined): Usage | undefined {
  const usage = readRecord(response, 'usage');
  const inputTokens = readCount(usage, 'input_tokens');
  const outputTokens = readCount(usage, 'output_tokens');
  if (inputTokens === undefined || outputTokens === undefined) return undefined;
  const input = readRecord(usage, 'input_tokens_details');
  const output = readRecord(usage, 'output_tokens_details');
  return {
    inputTokens,
    cachedInputTokens: readCount(input, 'cached_tokens'),
    cacheWriteTokens: readCount(input, 'cache_write_tokens'),
    outputTokens,
    reasoningTokens: readCount(output, 'reasoning_tokens'),
  };
}
