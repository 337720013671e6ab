import { isRecord, type JsonRecord, readRecord, readRecords } from '../http/json.ts';

/**
 * Where a chunk or a body says what went wrong; some paths wrap the error in a list. Undefined: it is no error.
 */
export function readErrorObject(body: unknown): JsonRecord | undefined {
  const first: unknown = Array.isArray(body) ? body[0] : body;
  return isRecord(first) ? readRecord(first, 'error') : undefined;
}

/** The parts of the only candidate: we never ask for more than one. */
export function readParts(candidate: JsonRecord | undefined): readonly JsonRecord[] {
  return readRecords(readRecord(candidate, 'content'), 'parts');
}
