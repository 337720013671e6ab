import type { AnswerSink, CallOutcome } from '../../../ports/provider.ts';
import { failed, protocolFailure, truncated } from '../http/failure.ts';
import {
  isRecord,
  type JsonRecord,
  parseJson,
  readCount,
  readRecord,
  readString,
  readText,
} from '../http/json.ts';
import type { AnswerStream } from '../http/provider-api.ts';
import { readFailure } from './failure.ts';
import { readFinishReason } from './finish-reason.ts';
import { FunctionCalls } from './function-calls.ts';
import { readReasoningItem } from './reasoning-items.ts';
import { readUsage } from './usage.ts';
import { EVENT, readErrorObject } from './wire.ts';

/** A streamed response: typed events from `response.created` to `response.completed`, `incomplete` or `failed`. */
export class ResponseStream implements AnswerStream {
  readonly #sink: AnswerSink;
  readonly #calls: FunctionCalls;
  #hasRefusal = false;
  #reasoningCount = 0;
  #responseModel: string | undefined;
  #outcome: CallOutcome | undefined;

  constructor(sink: AnswerSink) {
    this.#sink = sink;
    this.#calls = new FunctionCalls(sink);
  }

  get outcome(): CallOutcome | undefined {
    return this.#outcome;
  }

  push(data: string): boolean {
    const event = parseJson(data);
    if (!isRecord(event)) {
      this.#outcome = protocolFailure('an event of the stream is broken JSON');
      return false;
    }
    if (readErrorObject(event) !== undefined) {
      const usage = readUsage(readRecord(event, 'response'));
      this.#outcome = failed(readFailure({ status: 200, body: event }), usage);
      return false;
    }
    return this.#takeEvent(event);
  }

  end(): CallOutcome {
    return truncated();
  }

  /** `response.created` only says that the request was taken, so it is no payload. */
  #takeEvent(event: JsonRecord): boolean {
    switch (readString(event, 'type') ?? '') {
      case EVENT.textDelta:
      case EVENT.refusalDelta:
      case EVENT.summaryDelta:
      case EVENT.reasoningDelta:
      case EVENT.argumentsDelta:
        return this.#takeDelta(event);
      case EVENT.created:
        this.#responseModel = readText(readRecord(event, 'response'), 'model');
        return false;
      case EVENT.itemAdded:
      case EVENT.itemDone:
        return this.#takeItem(event);
      case EVENT.completed:
        return this.#finish('completed', readRecord(event, 'response'));
      case EVENT.incomplete:
        return this.#finish('incomplete', readRecord(event, 'response'));
      default:
        return false;
    }
  }

  #takeDelta(event: JsonRecord): boolean {
    const delta = readText(event, 'delta');
    if (delta === undefined) return false;
    switch (readString(event, 'type') ?? '') {
      case EVENT.textDelta:
        this.#sink.text(delta);
        return true;
      case EVENT.refusalDelta:
        this.#hasRefusal = true;
        return true;
      case EVENT.argumentsDelta:
        return this.#calls.addArguments(readCount(event, 'output_index') ?? 0, delta);
      default:
        this.#sink.reasoning(delta);
        return true;
    }
  }

  /** Items of any kind are progress: reasoning that is hidden shows by them alone. */
  #takeItem(event: JsonRecord): boolean {
    const item = readRecord(event, 'item');
    if (item === undefined) return true;
    const isDone = readString(event, 'type') === EVENT.itemDone;
    switch (readString(item, 'type') ?? '') {
      case 'function_call':
        return this.#takeCall(item, readCount(event, 'output_index') ?? 0, isDone);
      case 'reasoning':
        if (isDone) this.#takeReasoning(item);
        return true;
      default:
        return true;
    }
  }

  #takeCall(item: JsonRecord, outputIndex: number, isDone: boolean): boolean {
    const isTaken = isDone
      ? this.#calls.finish(outputIndex, item)
      : this.#calls.start(outputIndex, item);
    if (!isTaken) this.#outcome = protocolFailure('the answer has too many tool calls');
    return isTaken;
  }

  /** Only the finished item is whole: the one that was added holds a first part of the encrypted reasoning. */
  #takeReasoning(item: JsonRecord): void {
    const block = readReasoningItem(item, {
      index: this.#reasoningCount,
      toolCallCount: this.#calls.count,
    });
    if (block === undefined) return;
    this.#reasoningCount += 1;
    this.#sink.reasoning('', block);
  }

  #finish(status: 'completed' | 'incomplete', response: JsonRecord | undefined): boolean {
    this.#outcome = {
      kind: 'completed',
      finishReason: readFinishReason(status, response, {
        hasToolCalls: this.#calls.count > 0,
        hasRefusal: this.#hasRefusal,
      }),
      usage: readUsage(response),
      responseModel: readText(response, 'model') ?? this.#responseModel,
    };
    return true;
  }
}
