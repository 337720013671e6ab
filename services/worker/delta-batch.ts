import type { DeltaPart } from '../../shared/contracts/events/job-entry.ts';
import type { ReasoningBlock } from '../../shared/contracts/reasoning-detail.ts';
import type { ToolCallPiece } from '../../shared/ports/provider.ts';

/** Largest piece of text in one part, in UTF-16 units: cut there, an entry fits NATS's default message size. */
const MAX_PART_CHARACTERS = 32_768;

/** Largest entry, likewise: six bytes a unit at worst, when everything must be escaped. */
const MAX_ENTRY_CHARACTERS = 131_072;

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

  addText(text: string): void {
    this.#characters += text.length;
    const last = this.#parts.at(-1);
    if (last?.type === 'text' && last.text.length + text.length <= MAX_PART_CHARACTERS) {
      last.text += text;
      return;
    }
    for (const piece of splitText(text, MAX_PART_CHARACTERS))
      this.#parts.push({ type: 'text', text: piece });
  }

  /** What differs in more than its text comes with a block object of its own. */
  addReasoning(text: string, block?: ReasoningBlock): void {
    const size = text.length + opaqueCharacters(block);
    this.#characters += size;
    const last = this.#parts.at(-1);
    const isSame = last?.type === 'reasoning' && last.block === block;
    if (isSame && last.text.length + text.length <= MAX_PART_CHARACTERS) last.text += text;
    else if (size > MAX_PART_CHARACTERS) this.#parts.push(...splitReasoning(text, block));
    else this.#parts.push(reasoningPart(text, block));
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
  switch (part.type) {
    case 'toolCall':
      return part.arguments?.length ?? 0;
    case 'reasoning':
      return part.text.length + opaqueCharacters(part.block);
    case 'text':
      return part.text.length;
  }
}

function opaqueCharacters(block: ReasoningBlock | undefined): number {
  return (block?.signature?.length ?? 0) + (block?.data?.length ?? 0);
}

function reasoningPart(text: string, block: ReasoningBlock | undefined): DeltaPart {
  return block === undefined ? { type: 'reasoning', text } : { type: 'reasoning', text, block };
}

/** Readers join the pieces of a block in order, whichever of its fields they carry. */
function splitReasoning(text: string, block: ReasoningBlock | undefined): DeltaPart[] {
  const texts = splitText(text, MAX_PART_CHARACTERS);
  if (block === undefined) return texts.map((piece) => reasoningPart(piece, undefined));
  const { signature = '', data = '', ...place } = block;
  return [
    ...(text === '' ? [] : texts.map((piece) => reasoningPart(piece, place))),
    ...opaquePieces(signature).map((piece) => reasoningPart('', { ...place, signature: piece })),
    ...opaquePieces(data).map((piece) => reasoningPart('', { ...place, data: piece })),
  ];
}

function opaquePieces(value: string): string[] {
  return value === '' ? [] : splitText(value, MAX_PART_CHARACTERS);
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
