import { isRecord, type JsonRecord, readRecord, readText } from '../http/json.ts';

/** Where a line or a body says what went wrong, as plain text or as an object. Undefined: it is no error. */
export function readErrorObject(body: unknown): JsonRecord | undefined {
  if (!isRecord(body)) return undefined;
  const message = readText(body, 'error');
  return message === undefined ? readRecord(body, 'error') : { message };
}
