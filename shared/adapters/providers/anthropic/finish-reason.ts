import type { FinishReason } from '../../../core/finish-reason.ts';

const FINISH_REASONS = new Map<string, FinishReason>([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool_calls'],
  ['refusal', 'content_filter'],
]);

/** A stop reason that we do not know is an `error`: the turn may want something of us that we cannot give. */
export function readFinishReason(stopReason: string, hasToolCalls: boolean): FinishReason {
  const reason = FINISH_REASONS.get(stopReason) ?? 'error';
  return reason === 'stop' && hasToolCalls ? 'tool_calls' : reason;
}
