import { isRecord, type JsonRecord, readRecord, readText } from '../http/json.ts';

/** The events of a messages stream that mean something to us; the rest (pings, new kinds) is ignored. */
export const EVENT = {
  messageStart: 'message_start',
  blockStart: 'content_block_start',
  blockDelta: 'content_block_delta',
  blockStop: 'content_block_stop',
  messageDelta: 'message_delta',
  messageStop: 'message_stop',
} as const;

/** Where an event or a body says what went wrong. Undefined: it is no error. */
export function readErrorObject(body: unknown): JsonRecord | undefined {
  if (!isRecord(body)) return undefined;
  const error = readRecord(body, 'error');
  return error ?? (readText(body, 'type') === 'error' ? body : undefined);
}
