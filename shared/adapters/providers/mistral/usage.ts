import type { Usage } from '../../../core/usage.ts';
import { type JsonRecord, readCount, readRecord } from '../http/json.ts';
import { readUsage } from '../openai-compatible/usage.ts';

/** Older answers name the cached tokens `num_cached_tokens`. Reasoning is never counted apart. */
export function readMistralUsage(body: JsonRecord): Usage | undefined {
  const usage = readUsage(body);
  if (usage === undefined || usage.cachedInputTokens !== undefined) return usage;
  return {
    ...usage,
    cachedInputTokens: readCount(readRecord(body, 'usage'), 'num_cached_tokens'),
  };
}
