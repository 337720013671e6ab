import { isRecord, type JsonRecord, readRecord, readString } from '../http/json.ts';

/** The events of a responses stream that mean something to us; the rest (repeats of whole texts) is ignored. */
export const EVENT = {
  created: 'response.created',
  itemAdded: 'response.output_item.added',
  itemDone: 'response.output_item.done',
  textDelta: 'response.output_text.delta',
  refusalDelta: 'response.refusal.delta',
  summaryDelta: 'response.reasoning_summary_text.delta',
  /** Models with open weights show their reasoning itself. */
  reasoningDelta: 'response.reasoning_text.delta',
  argumentsDelta: 'response.function_call_arguments.delta',
  completed: 'response.completed',
  incomplete: 'response.incomplete',
  failed: 'response.failed',
  error: 'error',
} as const;

/**
 * Where a body or an event says what went wrong: in `error`, at the top of an `error` event, or inside the response that
 * failed. Undefined: it is no error.
 */
export function readErrorObject(body: unknown): JsonRecord | undefined {
  if (!isRecord(body)) return undefined;
  const error = readRecord(body, 'error');
  if (error !== undefined) return error;
  const type = readString(body, 'type');
  if (type === EVENT.error) return body;
  if (type === EVENT.failed) return readRecord(readRecord(body, 'response'), 'error') ?? {};
  return readString(body, 'status') === 'failed' ? {} : undefined;
}
