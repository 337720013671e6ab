import type { AnswerSink, CallOutcome } from '../../../ports/provider.ts';
import { failed, protocolFailure, truncated } from '../http/failure.ts';
import {
  isRecord,
  type JsonRecord,
  parseJson,
  readRecord,
  readRecords,
  readText,
} from '../http/json.ts';
import type { AnswerStream } from '../http/provider-api.ts';
import { readFailure } from './failure.ts';
import { readFinishReason } from './finish-reason.ts';
import { readUsage } from './usage.ts';
import { readErrorObject } from './wire.ts';

/** Most calls an answer may have; more is a broken server. A request can declare 256 tools. */
const MAX_TOOL_CALLS = 1_024;

/** A streamed answer: lines with new text each, up to the one that is `done`. */
export class OllamaStream implements AnswerStream {
  readonly #sink: AnswerSink;
  #toolCallCount = 0;
  #outcome: CallOutcome | undefined;

  constructor(sink: AnswerSink) {
    this.#sink = sink;
  }

  get outcome(): CallOutcome | undefined {
    return this.#outcome;
  }

  push(data: string): boolean {
    return this.pushLine(parseJson(data));
  }

  /** Takes a line that is parsed already. */
  pushLine(line: unknown): boolean {
    if (readErrorObject(line) !== undefined) {
      this.#outcome = failed(readFailure({ status: 200, body: line }));
      return false;
    }
    if (!isRecord(line)) {
      this.#outcome = protocolFailure('a line of the stream is broken JSON');
      return false;
    }
    return this.#takeLine(line);
  }

  end(): CallOutcome {
    return this.#outcome ?? truncated();
  }

  #takeLine(line: JsonRecord): boolean {
    const message = readRecord(line, 'message');
    const reasoning = readText(message, 'thinking');
    if (reasoning !== undefined) this.#sink.reasoning(reasoning);
    const text = readText(message, 'content');
    if (text !== undefined) this.#sink.text(text);
    const calls = readRecords(message, 'tool_calls');
    for (const call of calls) this.#takeCall(call, line);
    const isDone = line['done'] === true;
    if (isDone) this.#outcome ??= this.#finish(line);
    return isDone || reasoning !== undefined || text !== undefined || calls.length > 0;
  }

  /** Calls come whole. Older servers give no ids, so one is made that is unique over the turns of a conversation. */
  #takeCall(call: JsonRecord, line: JsonRecord): void {
    const index = this.#toolCallCount;
    if (index >= MAX_TOOL_CALLS) {
      this.#outcome = protocolFailure('the answer has too many tool calls');
      return;
    }
    this.#toolCallCount += 1;
    const named = readRecord(call, 'function');
    const madeAt = readText(line, 'created_at')?.replace(/\D/g, '') ?? 'ollama';
    this.#sink.toolCall(index, {
      id: readText(call, 'id') ?? `call_${madeAt}_${index}`,
      name: readText(named, 'name'),
      argumentsDelta: JSON.stringify(named?.['arguments'] ?? {}),
    });
  }

  #finish(line: JsonRecord): CallOutcome {
    return {
      kind: 'completed',
      finishReason: readFinishReason(readText(line, 'done_reason'), this.#toolCallCount > 0),
      usage: readUsage(line),
      responseModel: readText(line, 'model'),
    };
  }
}
