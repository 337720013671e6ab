import {
  firstRecord,
  isRecord,
  type JsonRecord,
  readRecord,
  readRecords,
  readText,
} from '../http/json.ts';

/** One piece of the answer. */
export interface OutputReading {
  readonly message: JsonRecord | undefined;
  /** The text is all of the answer so far, not only what is new. */
  readonly isWholeText: boolean;
  /** Undefined: the answer goes on. */
  readonly finishWord: string | undefined;
}

/**
 * What an event or a body adds. Text that stands in `output` itself comes from a server that passed over the parameters
 * we send, and so repeats the whole text.
 */
export function readOutput(body: JsonRecord): OutputReading | undefined {
  const output = readRecord(body, 'output');
  if (output === undefined) return undefined;
  const choice = firstRecord(output, 'choices');
  if (choice !== undefined) {
    return {
      message: readRecord(choice, 'message'),
      isWholeText: false,
      finishWord: readFinishWord(choice),
    };
  }
  const message = { content: output['text'] };
  return { message, isWholeText: true, finishWord: readFinishWord(output) };
}

/** The text of a message; the multimodal path gives it as a list of parts. */
export function readContent(message: JsonRecord | undefined): string | undefined {
  const text = readText(message, 'content');
  if (text !== undefined) return text;
  const parts = readRecords(message, 'content').flatMap((part) => readText(part, 'text') ?? []);
  return parts.length > 0 ? parts.join('') : undefined;
}

/** Where an event or a body says what went wrong: at its top. Undefined: it is no error. */
export function readErrorObject(body: unknown): JsonRecord | undefined {
  return isRecord(body) && readText(body, 'code') !== undefined ? body : undefined;
}

/** Until the end the reason is the string `null`. */
function readFinishWord(record: JsonRecord): string | undefined {
  const word = readText(record, 'finish_reason');
  return word === 'null' ? undefined : word;
}
