import type { Usage } from '../../../core/usage.ts';
import { type JsonRecord, readCount, readRecord } from '../http/json.ts';

/** The figures as Anthropic gives them; they come in parts, and the last one that was given counts. */
export interface UsageParts {
  readonly plainInputTokens?: number | undefined;
  readonly cacheReadTokens?: number | undefined;
  readonly cacheWriteTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
  readonly reasoningTokens?: number | undefined;
}

/** Adds what `usage` of a body, `message_start` or `message_delta` says. Figures are totals so far, not steps. */
export function addUsage(before: UsageParts, usage: JsonRecord | undefined): UsageParts {
  const details = readRecord(usage, 'output_tokens_details');
  return {
    plainInputTokens: readCount(usage, 'input_tokens') ?? before.plainInputTokens,
    cacheReadTokens: readCount(usage, 'cache_read_input_tokens') ?? before.cacheReadTokens,
    cacheWriteTokens: readCount(usage, 'cache_creation_input_tokens') ?? before.cacheWriteTokens,
    outputTokens: readCount(usage, 'output_tokens') ?? before.outputTokens,
    reasoningTokens: readCount(details, 'thinking_tokens') ?? before.reasoningTokens,
  };
}

/** In our definition, where input includes cached tokens; Anthropic's `input_tokens` leaves them out. */
export function toUsage(parts: UsageParts): Usage | undefined {
  const { plainInputTokens, cacheReadTokens, cacheWriteTokens, outputTokens } = parts;
  if (plainInputTokens === undefined || outputTokens === undefined) return undefined;
  return {
    inputTokens: plainInputTokens + (cacheReadTokens ?? 0) + (cacheWriteTokens ?? 0),
    cachedInputTokens: cacheReadTokens,
    cacheWriteTokens,
    outputTokens,
    reasoningTokens: parts.reasoningTokens,
  };
}
