import type { Usage } from '../../../core/usage.ts';
import type { AnswerSink, CallOutcome } from '../../../ports/provider.ts';
import { failed, protocolFailure, truncated } from '../http/failure.ts';
import { isRecord, type JsonRecord, parseJson, readRecords, readText } from '../http/json.ts';
import type { AnswerStream } from '../http/provider-api.ts';
import { type AnswerDialect, CHAT_ANSWERS, failureOfFinish } from './answer-dialect.ts';
import { readFinishReason } from './finish-reason.ts';
import { ToolCalls } from './tool-calls.ts';
import { readChoice, readErrorObject } from './wire.ts';

const END_MARKER = '[DONE]';

/** A streamed chat completion: chunks, then `[DONE]`. */
export class ChatStream implements AnswerStream {
  readonly #sink: AnswerSink;
  readonly #answers: AnswerDialect;
  readonly #toolCalls: ToolCalls;
  #finishWord: string | undefined;
  #hasRefusal = false;
  #usage: Usage | undefined;
  #responseModel: string | undefined;
  #outcome: CallOutcome | undefined;

  constructor(sink: AnswerSink, answers: AnswerDialect = CHAT_ANSWERS) {
    this.#sink = sink;
    this.#answers = answers;
    this.#toolCalls = new ToolCalls(sink);
  }

  get outcome(): CallOutcome | undefined {
    return this.#outcome;
  }

  push(data: string): boolean {
    if (data === END_MARKER) {
      this.#outcome = this.end();
      return true;
    }
    const chunk = parseJson(data);
    if (!isRecord(chunk)) {
      this.#outcome = protocolFailure('an event of the stream is broken JSON', this.#usage);
      return false;
    }
    if (readErrorObject(chunk) !== undefined) {
      const failure = this.#answers.readFailure({ status: 200, body: chunk });
      this.#outcome = failed(failure, this.#usage);
      return false;
    }
    return this.#takeChunk(chunk);
  }

  /** Some servers leave `[DONE]` out, so a seen finish reason and a clean end count as one too. */
  end(): CallOutcome {
    if (this.#finishWord === undefined) return truncated(this.#usage);
    const failure = failureOfFinish(this.#finishWord, this.#answers);
    if (failure !== undefined) return failed(failure, this.#usage);
    return {
      kind: 'completed',
      finishReason: readFinishReason({
        word: this.#finishWord,
        hasToolCalls: this.#toolCalls.count > 0,
        hasRefusal: this.#hasRefusal,
      }),
      usage: this.#usage,
      responseModel: this.#responseModel,
    };
  }

  #takeChunk(chunk: JsonRecord): boolean {
    const usage = this.#answers.readUsage(chunk);
    if (usage !== undefined) this.#usage = usage;
    this.#responseModel ??= readText(chunk, 'model');
    const reading = readChoice(chunk, 'delta');
    if (reading === undefined) return usage !== undefined;
    const hadContent = this.#takeDelta(reading.content);
    const finishWord = readText(reading.choice, 'finish_reason');
    if (finishWord === undefined) return hadContent;
    this.#finishWord = finishWord;
    return true;
  }

  #takeDelta(delta: JsonRecord | undefined): boolean {
    if (delta === undefined) return false;
    const reasoning = this.#answers.readReasoning(delta);
    if (reasoning !== undefined) this.#sink.reasoning(reasoning);
    const text = this.#answers.readText(delta);
    if (text !== undefined) this.#sink.text(text);
    const hadRefusal = readText(delta, 'refusal') !== undefined;
    this.#hasRefusal ||= hadRefusal;
    const hadCalls = delta['tool_calls'] !== undefined && this.#takeToolCalls(delta);
    return text !== undefined || reasoning !== undefined || hadRefusal || hadCalls;
  }

  #takeToolCalls(delta: JsonRecord): boolean {
    const entries = readRecords(delta, 'tool_calls');
    for (const entry of entries) {
      if (this.#toolCalls.push(entry)) continue;
      this.#outcome = protocolFailure('the answer has too many tool calls', this.#usage);
      return false;
    }
    return entries.length > 0;
  }
}
