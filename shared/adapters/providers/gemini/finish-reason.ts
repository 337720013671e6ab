import type { FinishReason } from '../../../core/finish-reason.ts';

const FINISH_REASONS = new Map<string, FinishReason>([
  ['STOP', 'stop'],
  ['MAX_TOKENS', 'length'],
  ['SAFETY', 'content_filter'],
  ['RECITATION', 'content_filter'],
  ['BLOCKLIST', 'content_filter'],
  ['PROHIBITED_CONTENT', 'content_filter'],
  ['SPII', 'content_filter'],
  ['IMAGE_SAFETY', 'content_filter'],
  ['MODEL_ARMOR', 'content_filter'],
]);

/** Everything else (`MALFORMED_FUNCTION_CALL`, `OTHER`, words of next year) is an `error`. Calls end with STOP here. */
export function readFinishReason(finishReason: string, hasToolCalls: boolean): FinishReason {
  const reason = FINISH_REASONS.get(finishReason) ?? 'error';
  return reason === 'stop' && hasToolCalls ? 'tool_calls' : reason;
}
