import type { FinishReason } from '../../../core/finish-reason.ts';

const FINISH_REASONS = new Map<string, FinishReason>([
  ['stop', 'stop'],
  ['length', 'length'],
]);

/**
 * Every other word is an `error`: `load` and `unload` mean that nothing was generated. Servers before 0.1.33 give none
 * with their last line. Calls end with `stop` here.
 */
export function readFinishReason(
  doneReason: string | undefined,
  hasToolCalls: boolean,
): FinishReason {
  const reason = FINISH_REASONS.get(doneReason ?? 'stop') ?? 'error';
  return reason === 'stop' && hasToolCalls ? 'tool_calls' : reason;
}
