import type { FinishReason } from '../../../core/finish-reason.ts';

const FINISH_REASONS = new Map<string, FinishReason>([
  ['stop', 'stop'],
  ['length', 'length'],
  ['tool_calls', 'tool_calls'],
]);

/** A word that we do not know is an `error`. */
export function readFinishReason(word: string, hasToolCalls: boolean): FinishReason {
  const reason = FINISH_REASONS.get(word) ?? 'error';
  return reason === 'stop' && hasToolCalls ? 'tool_calls' : reason;
}
