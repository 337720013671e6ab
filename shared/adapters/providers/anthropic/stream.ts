import type { ReasoningBlock } from '../../../contracts/reasoning-detail.ts';
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
import { thinkingPlace } from './thinking-blocks.ts';
import { addUsage, toUsage, type UsageParts } from './usage.ts';
import { EVENT, readErrorObject } from './wire.ts';

/** The tool call whose block is open. Blocks come one after the other. */
interface OpenToolCall {
  readonly index: number;
  readonly blockIndex: number | undefined;
  hasArguments: boolean;
}

/** A streamed message: typed events from `message_start` to `message_stop`. */
export class MessageStream implements AnswerStream {
  readonly #sink: AnswerSink;
  #toolCall: OpenToolCall | undefined;
  #toolCallCount = 0;
  /** The thinking block that is open, or was the last one: the one object that all its text comes with. */
  #thinking: ReasoningBlock | undefined;
  #thinkingCount = 0;
  #stopReason: string | undefined;
  #usage: UsageParts = {};
  #responseModel: string | undefined;
  #outcome: CallOutcome | undefined;

  constructor(sink: AnswerSink) {
    this.#sink = sink;
  }

  get outcome(): CallOutcome | undefined {
    return this.#outcome;
  }

  push(data: string): boolean {
    const event = parseJson(data);
    if (!isRecord(event)) {
      this.#outcome = protocolFailure(
        'an event of the stream is broken JSON',
        toUsage(this.#usage),
      );
      return false;
    }
    if (readErrorObject(event) !== undefined) {
      this.#outcome = failed(readFailure({ status: 200, body: event }), toUsage(this.#usage));
      return false;
    }
    return this.#takeEvent(event);
  }

  end(): CallOutcome {
    return truncated(toUsage(this.#usage));
  }

  /** `message_start` only says that the request was taken, so it is no payload; neither is a ping. */
  #takeEvent(event: JsonRecord): boolean {
    switch (readString(event, 'type') ?? '') {
      case EVENT.blockDelta:
        return this.#takeDelta(readRecord(event, 'delta'));
      case EVENT.messageStart:
        this.#takeStart(readRecord(event, 'message'));
        return false;
      case EVENT.blockStart:
        this.#startBlock(event);
        return true;
      case EVENT.blockStop:
        this.#endBlock(event);
        return true;
      case EVENT.messageDelta:
        this.#usage = addUsage(this.#usage, readRecord(event, 'usage'));
        this.#stopReason = readText(readRecord(event, 'delta'), 'stop_reason') ?? this.#stopReason;
        return true;
      case EVENT.messageStop:
        this.#outcome = this.#finish();
        return true;
      default:
        return false;
    }
  }

  #takeDelta(delta: JsonRecord | undefined): boolean {
    const text = readText(delta, 'text');
    if (text !== undefined) {
      this.#sink.text(text);
      return true;
    }
    const thinking = readText(delta, 'thinking');
    if (thinking !== undefined) {
      this.#sink.reasoning(thinking, this.#thinking);
      return true;
    }
    const argumentsDelta = readText(delta, 'partial_json');
    if (argumentsDelta !== undefined && this.#toolCall !== undefined) {
      this.#toolCall.hasArguments = true;
      this.#sink.toolCall(this.#toolCall.index, { argumentsDelta });
      return true;
    }
    return this.#takeSignature(readText(delta, 'signature'));
  }

  #takeStart(message: JsonRecord | undefined): void {
    this.#usage = addUsage(this.#usage, readRecord(message, 'usage'));
    this.#responseModel = readText(message, 'model');
  }

  #startBlock(event: JsonRecord): void {
    const block = readRecord(event, 'content_block');
    switch (readString(block, 'type') ?? '') {
      case 'tool_use':
        this.#startToolCall(block, readCount(event, 'index'));
        return;
      case 'thinking':
        this.#startThinking(block);
        return;
      case 'redacted_thinking': {
        const data = readText(block, 'data');
        if (data !== undefined) this.#sink.reasoning('', { ...this.#nextThinking(), data });
        return;
      }
      default: {
        const text = readText(block, 'text');
        if (text !== undefined) this.#sink.text(text);
      }
    }
  }

  #startToolCall(block: JsonRecord | undefined, blockIndex: number | undefined): void {
    const index = this.#toolCallCount;
    this.#toolCallCount += 1;
    this.#toolCall = { index, blockIndex, hasArguments: false };
    this.#sink.toolCall(index, { id: readText(block, 'id'), name: readText(block, 'name') });
  }

  /** The text is empty at the start where it is streamed, but it need not be. */
  #startThinking(block: JsonRecord | undefined): void {
    this.#thinking = this.#nextThinking();
    const thinking = readText(block, 'thinking');
    if (thinking !== undefined) this.#sink.reasoning(thinking, this.#thinking);
    this.#takeSignature(readText(block, 'signature'));
  }

  /** A block whose text is omitted has a signature alone. */
  #takeSignature(signature: string | undefined): boolean {
    if (signature === undefined) return false;
    if (this.#thinking !== undefined) this.#sink.reasoning('', { ...this.#thinking, signature });
    return true;
  }

  #nextThinking(): ReasoningBlock {
    const index = this.#thinkingCount;
    this.#thinkingCount += 1;
    return thinkingPlace(index, this.#toolCallCount);
  }

  /** A call without arguments streams none at all, which means an empty object. */
  #endBlock(event: JsonRecord): void {
    const call = this.#toolCall;
    if (call === undefined || call.blockIndex !== readCount(event, 'index')) return;
    if (!call.hasArguments) this.#sink.toolCall(call.index, { argumentsDelta: '{}' });
    this.#toolCall = undefined;
  }

  #finish(): CallOutcome {
    const usage = toUsage(this.#usage);
    if (this.#stopReason === undefined) return truncated(usage);
    return {
      kind: 'completed',
      finishReason: readFinishReason(this.#stopReason, this.#toolCallCount > 0),
      usage,
      responseModel: this.#responseModel,
    };
  }
}
