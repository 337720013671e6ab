import type { Usage } from '../../../core/usage.ts';
import type { AnswerSink, CallOutcome } from '../../../ports/provider.ts';
import { failed, protocolFailure, truncated } from '../http/failure.ts';
import {
  firstRecord,
  isRecord,
  type JsonRecord,
  parseJson,
  readRecord,
  readText,
} from '../http/json.ts';
import type { AnswerStream } from '../http/provider-api.ts';
import { readFailure } from './failure.ts';
import { readFinishReason } from './finish-reason.ts';
import { type SignedPlace, signatureBlock } from './signatures.ts';
import { readUsage } from './usage.ts';
import { readErrorObject, readParts } from './wire.ts';

/**
 * A generated answer, in chunks that are whole response objects with new parts each. There is no end event: the answer
 * is complete when a chunk named a finish reason and the body then ended cleanly.
 */
export class GenerateStream implements AnswerStream {
  readonly #sink: AnswerSink;
  #toolCallCount = 0;
  #signatureCount = 0;
  #finishReason: string | undefined;
  #isPromptBlocked = false;
  #usage: Usage | undefined;
  #responseId: string | undefined;
  #responseModel: string | undefined;
  #outcome: CallOutcome | undefined;

  constructor(sink: AnswerSink) {
    this.#sink = sink;
  }

  get outcome(): CallOutcome | undefined {
    return this.#outcome;
  }

  push(data: string): boolean {
    return this.pushChunk(parseJson(data));
  }

  /** Takes a chunk that is parsed already. */
  pushChunk(chunk: unknown): boolean {
    if (readErrorObject(chunk) !== undefined) {
      this.#outcome = failed(readFailure({ status: 200, body: chunk }), this.#usage);
      return false;
    }
    if (!isRecord(chunk)) {
      this.#outcome = protocolFailure('an event of the stream is broken JSON', this.#usage);
      return false;
    }
    return this.#takeChunk(chunk);
  }

  end(): CallOutcome {
    if (this.#outcome !== undefined) return this.#outcome;
    if (this.#finishReason === undefined && !this.#isPromptBlocked) return truncated(this.#usage);
    return {
      kind: 'completed',
      finishReason:
        this.#finishReason === undefined
          ? 'content_filter'
          : readFinishReason(this.#finishReason, this.#toolCallCount > 0),
      usage: this.#usage,
      responseModel: this.#responseModel,
    };
  }

  #takeChunk(chunk: JsonRecord): boolean {
    this.#usage = readUsage(chunk) ?? this.#usage;
    this.#responseModel ??= readText(chunk, 'modelVersion');
    this.#responseId ??= readText(chunk, 'responseId');
    if (readText(readRecord(chunk, 'promptFeedback'), 'blockReason') !== undefined) {
      this.#isPromptBlocked = true;
    }
    const candidate = firstRecord(chunk, 'candidates');
    const parts = readParts(candidate);
    for (const part of parts) this.#takePart(part);
    const finishReason = readText(candidate, 'finishReason');
    if (finishReason !== undefined) this.#finishReason = finishReason;
    return parts.length > 0 || finishReason !== undefined;
  }

  #takePart(part: JsonRecord): void {
    const text = readText(part, 'text');
    if (text !== undefined && part['thought'] === true) this.#sink.reasoning(text);
    else if (text !== undefined) this.#sink.text(text);
    const call = readRecord(part, 'functionCall');
    const signature = readText(part, 'thoughtSignature');
    if (call !== undefined) this.#takeCall(call, signature);
    else if (signature !== undefined) {
      const isOfText = text !== undefined && part['thought'] !== true;
      this.#takeSignature(signature, isOfText ? 'text' : 'nothing');
    }
  }

  /** Calls come whole. Older models give no ids, so one is made that is unique over the turns of a conversation. */
  #takeCall(call: JsonRecord, signature: string | undefined): void {
    const index = this.#toolCallCount;
    const id = readText(call, 'id') ?? `call_${this.#responseId ?? 'gemini'}_${index}`;
    this.#sink.toolCall(index, {
      id,
      name: readText(call, 'name'),
      argumentsDelta: JSON.stringify(call['args'] ?? {}),
    });
    if (signature !== undefined) this.#takeSignature(signature, { callId: id });
    this.#toolCallCount += 1;
  }

  #takeSignature(signature: string, of: SignedPlace['of']): void {
    const place = { index: this.#signatureCount, toolCallCount: this.#toolCallCount };
    this.#signatureCount += 1;
    this.#sink.reasoning('', signatureBlock({ ...place, signature, of }));
  }
}
