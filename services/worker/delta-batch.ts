import type { DeltaPart } from '../../shared/contracts/events/job-entry.ts';
import type { ToolCallPiece } from '../../shared/ports/provider.ts';

/** Largest piece of text in one part, in UTF-16 units: cut there, an entry fits NATS's default message size. */
const MAX_PART_CHARACTERS = 32_768;

/** Largest entry, likewise: six bytes a unit at worst, when everything must be escaped. */
const MAX_ENTRY_CHARACTERS = 131_072;

type TextType = 'text' | 'reasoning';

/** What came from the provider and is not in the log yet, neighbours of one kind joined as they come. */
export class DeltaBatch {
  #parts: DeltaPart[] = [];
  #characters = 0;

  /** Characters that wait. */
  get characters(): number {
    return this.#characters;
  }

  get isEmpty(): boolean {
    return this.#parts.length === 0;
  }

  addText(type: TextType, text: string): void {
    this.#characters += text.length;
    const last = this.#parts.at(-1);
    if (last?.type === type && last.text.length + text.length <= MAX_PART_CHARACTERS) {
      last.text += text;
      return;
    }
    for (const piece of splitText(text, MAX_PART_CHARACTERS))
      this.#parts.push({ type, text: piece });
  }

  addToolCall(index: number, { id, name, argumentsDelta = '' }: ToolCallPiece): void {
    this.#characters += argumentsDelta.length;
    const isMore = id === undefined && name === undefined;
    if (isMore && this.#joinArguments(index, argumentsDelta)) return;
    const [first = '', ...rest] = splitText(argumentsDelta, MAX_PART_CHARACTERS);
    this.#parts.push({
      type: 'toolCall',
      index,
      ...(id === undefined ? {} : { id }),
      ...(name === undefined ? {} : { name }),
      ...(first === '' ? {} : { arguments: first }),
    });
    for (const piece of rest) this.#parts.push({ type: 'toolCall', index, arguments: piece });
  }

  /** Appends to the last part, if it is of this call and has room. */
  #joinArguments(index: number, text: string): boolean {
    const last = this.#parts.at(-1);
    if (last?.type !== 'toolCall' || last.index !== index) return false;
    const joined = (last.arguments ?? '') + text;
    if (joined.length > MAX_PART_CHARACTERS) return false;
    last.arguments = joined;
    return true;
  }

  /** Takes the parts of the next entry away. */
  take(): DeltaPart[] {
    let size = 0;
    let count = 0;
    for (const part of this.#parts) {
      const next = size + charactersOf(part);
      if (count > 0 && next > MAX_ENTRY_CHARACTERS) break;
      size = next;
      count += 1;
    }
    this.#characters -= size;
    return this.#parts.splice(0, count);
  }
}

function charactersOf(part: DeltaPart): number {
  return part.type === 'toolCall' ? (part.arguments?.length ?? 0) : part.text.length;
}

/** Cuts where no surrogate pair is torn: a torn one would be two broken characters in two entries. */
function splitText(text: string, max: number): string[] {
  if (text.length <= max) return [text];
  const pieces: string[] = [];
  let start = 0;
  while (start < text.length) {
    let end = Math.min(start + max, text.length);
    const isHighSurrogate = (text.charCodeAt(end - 1) & 0xfc00) === 0xd800;
    if (end < text.length && isHighSurrogate) end -= 1;
    pieces.push(text.slice(start, end));
    start = end;
  }
  return pieces;
}
