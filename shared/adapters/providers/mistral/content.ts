import { type JsonRecord, readRecords, readText } from '../http/json.ts';

/**
 * Content is a string or a list of parts of type `text`, `thinking` and `reference`, and changes from one to the other
 * in the middle of a stream.
 */
export function readMistralText(content: JsonRecord | undefined): string | undefined {
  return readText(content, 'content') ?? joinTexts(readRecords(content, 'content'));
}

/** Thinking comes only as parts, each with a list of text parts of its own. */
export function readMistralReasoning(content: JsonRecord | undefined): string | undefined {
  const thinking = readRecords(content, 'content').filter(({ type }) => type === 'thinking');
  return joinTexts(thinking.flatMap((part) => readRecords(part, 'thinking')));
}

/** The joined text parts; undefined where nothing is in them. */
function joinTexts(parts: readonly JsonRecord[]): string | undefined {
  const text = parts
    .filter(({ type }) => type === 'text')
    .map((part) => readText(part, 'text') ?? '')
    .join('');
  return text === '' ? undefined : text;
}
