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
  #release: (() => void) | undefined;

  text(text: string): void {
    if (text === '') throw new Error('empty text');
    this.answerText += text;
  }

  reasoning(text: string): void {
    if (text === '') throw new Error('empty reasoning');
    this.reasoningText += text;
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
}
