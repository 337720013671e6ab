import type { FinishReason } from '../../../core/finish-reason.ts';

const FINISH_REASONS = new Map<string, FinishReason>([
  ['stop', 'stop'],
  ['eos', 'stop'],
  ['eos_token', 'stop'],
  ['stop_sequence', 'stop'],
  ['length', 'length'],
  ['model_length', 'length'],
  ['max_tokens', 'length'],
  ['tool_calls', 'tool_calls'],
  ['function_call', 'tool_calls'],
  ['content_filter', 'content_filter'],
]);

/** What decides the finish reason of an answer. */
export interface FinishReading {
  /** The provider's word. */
  readonly word: string;
  readonly hasToolCalls: boolean;
  /** The model declined in a `refusal` field, which comes with a plain `stop`. */
  readonly hasRefusal: boolean;
}

/** A word that we do not know is an `error`: it may stand for anything. */
export function readFinishReason(reading: FinishReading): FinishReason {
  const reason = FINISH_REASONS.get(reading.word) ?? 'error';
  if (reason !== 'stop') return reason;
  if (reading.hasToolCalls) return 'tool_calls';
  return reading.hasRefusal ? 'content_filter' : 'stop';
}
