import { firstRecord, isRecord, type JsonRecord, readRecord, readText } from '../http/json.ts';

/** One piece of the answer: the first choice's `delta` while streaming, its `message` otherwise. */
export interface ChoiceReading {
  readonly choice: JsonRecord;
  readonly content: JsonRecord | undefined;
}

/** The only choice: we never ask for more than one. Chunks with usage or filter results alone have none. */
export function readChoice(
  body: JsonRecord,
  field: 'delta' | 'message',
): ChoiceReading | undefined {
  const choice = firstRecord(body, 'choices');
  return choice === undefined ? undefined : { choice, content: readRecord(choice, field) };
}

/** `reasoning_content` (DeepSeek, older vLLM, llama.cpp) or `reasoning` (Groq, OpenRouter, newer vLLM). */
export function readReasoning(content: JsonRecord | undefined): string | undefined {
  return readText(content, 'reasoning_content') ?? readText(content, 'reasoning');
}

/**
 * Where a body says what went wrong: in `error`, as an object or as plain text, or at the top (older vLLM:
 * `object: "error"`). Undefined: the body is no error.
 */
export function readErrorObject(body: unknown): JsonRecord | undefined {
  if (!isRecord(body)) return undefined;
  const error = body['error'];
  if (isRecord(error)) return error;
  if (typeof error === 'string' && error !== '') return { message: error };
  return body['object'] === 'error' ? body : undefined;
}
