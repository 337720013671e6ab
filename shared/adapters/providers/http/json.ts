/** Narrow readers for provider JSON: unknown fields are ignored, a field of the wrong type reads as absent. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** Whether the value is a JSON object; lists are not. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Deepest nesting that is taken: JSON.parse takes any, but writing or walking some thousands ends the stack. */
const MAX_DEPTH = 1_000;

/** The value of a JSON text; undefined when it is broken or nested too deep (JSON itself has no undefined). */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isTooDeep(text) ? undefined : value;
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

/** For sound JSON. A short text, as nearly every event is, cannot be deep and is not looked into. */
function isTooDeep(text: string): boolean {
  if (text.length < 2 * MAX_DEPTH) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at);
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

/** Where the string that starts at `start` has its closing quote. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end;
}

/** An odd number of backslashes stands before it. */
function isEscaped(text: string, at: number): boolean {
  let before = at - 1;
  while (text[before] === '\\') before -= 1;
  return (at - before) % 2 === 0;
}
