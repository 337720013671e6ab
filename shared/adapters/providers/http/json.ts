/** Narrow readers for provider JSON: unknown fields are ignored, a field of the wrong type reads as absent. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** Whether the value is a JSON object; lists are not. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of a JSON text; undefined when it is broken (JSON itself has no undefined). */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The string of a field, the empty one too. */
export function readString(record: JsonRecord | undefined, key: string): string | undefined {
  const value = record?.[key];
  return typeof value === 'string' ? value : undefined;
}

/** A string with something in it: servers send `""` where they mean "not now". */
export function readText(record: JsonRecord | undefined, key: string): string | undefined {
  const value = record?.[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A whole number from 0 up, as token counts and indices are. */
export function readCount(record: JsonRecord | undefined, key: string): number | undefined {
  const value = record?.[key];
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** The object of a field. */
export function readRecord(record: JsonRecord | undefined, key: string): JsonRecord | undefined {
  const value = record?.[key];
  return isRecord(value) ? value : undefined;
}

/** The items of a list; an absent list is an empty one. */
export function readList(record: JsonRecord | undefined, key: string): readonly unknown[] {
  const value = record?.[key];
  return Array.isArray(value) ? value : [];
}

/** The records of a list, everything else in it left out. */
export function readRecords(record: JsonRecord | undefined, key: string): readonly JsonRecord[] {
  return readList(record, key).filter(isRecord);
}

/** The first item of a list, where it is an object. */
export function firstRecord(record: JsonRecord | undefined, key: string): JsonRecord | undefined {
  const value = record?.[key];
  if (!Array.isArray(value)) return undefined;
  const first: unknown = value[0];
  return isRecord(first) ? first : undefined;
}
