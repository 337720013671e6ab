import type { Usage } from '../../../core/usage.ts';
import type { AnswerSink, CallOutcome } from '../../../ports/provider.ts';
import { failed, protocolFailure, truncated } from '../http/failure.ts';
import { isRecord, type JsonRecord, parseJson, readRecords, readText } from '../http/json.ts';
import type { AnswerStream } from '../http/provider-api.ts';
import { ToolCalls } from '../openai-compatible/tool-calls.ts';
import { readFailure } from './failure.ts';
import { readFinishReason } from './finish-reason.ts';
import { readUsage } from './usage.ts';
import { type OutputReading, readContent, readErrorObject, readOutput } from './wire.ts';

/**
 * A generated answer, in events with new text each. There is no end event: the answer is complete when an event named a
 * finish reason and the body then ended cleanly. Tool calls have the form of the chat API.
 */
export class GenerationStream implements AnswerStream {
  readonly #sink: AnswerSink;
  readonly #toolCalls: ToolCalls;
  /** Length of the text that came whole. */
  #wholeCharacters = 0;
  #finishWord: string | undefined;
  #usage: Usage | undefined;
  #outcome: CallOutcome | undefined;

  constructor(sink: AnswerSink) {
    this.#sink = sink;
    this.#toolCalls = new ToolCalls(sink);
  }

  get outcome(): CallOutcome | undefined {
    return this.#outcome;
  }

  push(data: string): boolean {
    return this.pushEvent(parseJson(data));
  }

  /** Takes the data of an event that is parsed already. */
  pushEvent(event: unknown): boolean {
    if (readErrorObject(event) !== undefined) {
      this.#outcome = failed(readFailure({ status: 200, body: event }), this.#usage);
      return false;
    }
    if (!isRecord(event)) {
      this.#outcome = protocolFailure('an event of the stream is broken JSON', this.#usage);
      return false;
    }
    return this.#takeEvent(event);
  }

  end(): CallOutcome {
    if (this.#outcome !== undefined) return this.#outcome;
    if (this.#finishWord === undefined) return truncated(this.#usage);
    return {
      kind: 'completed',
      finishReason: readFinishReason(this.#finishWord, this.#toolCalls.count > 0),
      usage: this.#usage,
    };
  }

  #takeEvent(event: JsonRecord): boolean {
    this.#usage = readUsage(event) ?? this.#usage;
    const reading = readOutput(event);
    if (reading === undefined) return false;
    const hadText = this.#takeText(reading);
    const hadContent = this.#takeMessage(reading.message) || hadText;
    if (reading.finishWord === undefined) return hadContent;
    this.#finishWord = reading.finishWord;
    return true;
  }

  #takeMessage(message: JsonRecord | undefined): boolean {
    const reasoning = readText(message, 'reasoning_content');
    if (reasoning !== undefined) this.#sink.reasoning(reasoning);
    const entries = readRecords(message, 'tool_calls');
    for (const entry of entries) {
      if (this.#toolCalls.push(entry)) continue;
      this.#outcome = protocolFailure('the answer has too many tool calls', this.#usage);
      return false;
    }
    return reasoning !== undefined || entries.length > 0;
  }

  #takeText({ message, isWholeText }: OutputReading): boolean {
    const text = readContent(message) ?? '';
    const newText = isWholeText ? text.slice(this.#wholeCharacters) : text;
    if (newText === '') return false;
    if (isWholeText) this.#wholeCharacters = text.length;
    this.#sink.text(newText);
    return true;
  }
}
