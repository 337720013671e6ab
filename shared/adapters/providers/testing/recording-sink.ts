import {
  type ReasoningBlock,
  type ReasoningDetail,
  ReasoningDetails,
} from '../../../contracts/reasoning-detail.ts';
import type { AnswerSink, ToolCallPiece } from '../../../ports/provider.ts';

export interface RecordedToolCall {
  readonly index: number;
  id: string | undefined;
  name: string | undefined;
  argumentsText: string;
}

/** A sink, for tests, that joins what it is given and breaks on what the port forbids. */
export class RecordingSink implements AnswerSink {
  readonly toolCalls: RecordedToolCall[] = [];
  answerText = '';
  reasoningText = '';
  isFull = false;
  readonly #details = new ReasoningDetails();
  /** The object that the text of each block came with. */
  readonly #textBlocks = new Map<number, ReasoningBlock>();
  #release: (() => void) | undefined;

  /** The blocks of reasoning, joined as the job's log joins them. */
  get reasoningDetails(): ReasoningDetail[] {
    return this.#details.list();
  }

  text(text: string): void {
    if (text === '') throw new Error('empty text');
    this.answerText += text;
  }

  reasoning(text: string, block?: ReasoningBlock): void {
    if (text === '' && block === undefined) throw new Error('empty reasoning');
    this.reasoningText += text;
    if (block === undefined) return;
    if (block.signature === undefined && block.data === undefined) this.#takeTextOf(block);
    this.#details.add(text, block);
  }

  toolCall(index: number, piece: ToolCallPiece): void {
    if (index === this.toolCalls.length) {
      this.toolCalls.push({ index, id: undefined, name: undefined, argumentsText: '' });
    }
    const call = this.toolCalls[index];
    if (call === undefined) throw new Error(`call ${index} came before the calls below it`);
    if (piece.id !== undefined && call.id !== undefined) throw new Error('id came twice');
    if (piece.name !== undefined && call.name !== undefined) throw new Error('name came twice');
    call.id ??= piece.id;
    call.name ??= piece.name;
    call.argumentsText += piece.argumentsDelta ?? '';
  }

  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#release = resolve;
    });
  }

  drain(): void {
    this.isFull = false;
    this.#release?.();
  }

  #takeTextOf(block: ReasoningBlock): void {
    const known = this.#textBlocks.get(block.index) ?? block;
    if (known !== block) throw new Error(`block ${block.index} came with a second object`);
    this.#textBlocks.set(block.index, block);
  }
}
