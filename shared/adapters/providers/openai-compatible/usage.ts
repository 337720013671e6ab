import type { Usage } from '../../../core/usage.ts';
import { type JsonRecord, readCount, readRecord } from '../http/json.ts';

/**
 * Usage of a chunk or a whole reply; undefined when it reports none. `prompt_tokens` includes cached tokens and
 * `completion_tokens` includes reasoning, as ours do. Groq also reports under `x_groq`, DeepSeek and Together name cached
 * tokens at the top level, older llama.cpp only in `timings`. xAI counts reasoning beside the completion, which its total
 * gives away.
 */
export function readUsage(body: JsonRecord): Usage | undefined {
  const usage = readRecord(body, 'usage') ?? readRecord(readRecord(body, 'x_groq'), 'usage');
  const inputTokens = readCount(usage, 'prompt_tokens');
  const outputTokens = readCount(usage, 'completion_tokens');
  if (inputTokens === undefined || outputTokens === undefined) return undefined;
  const input = readRecord(usage, 'prompt_tokens_details');
  const reasoningTokens = readCount(
    readRecord(usage, 'completion_tokens_details'),
    'reasoning_tokens',
  );
  const total = readCount(usage, 'total_tokens');
  const isReasoningApart = total === inputTokens + outputTokens + (reasoningTokens ?? 0);
  return {
    inputTokens,
    cachedInputTokens:
      readCount(input, 'cached_tokens') ??
      readCount(usage, 'prompt_cache_hit_tokens') ??
      readCount(usage, 'cached_tokens') ??
      readCount(readRecord(body, 'timings'), 'cache_n'),
    cacheWriteTokens: readCount(input, 'cache_write_tokens'),
    outputTokens: outputTokens + (isReasoningApart ? (reasoningTokens ?? 0) : 0),
    reasoningTokens,
  };
}
