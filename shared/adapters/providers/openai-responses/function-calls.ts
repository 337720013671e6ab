import type { AnswerSink } from '../../../ports/provider.ts';
import { type JsonRecord, readText } from '../http/json.ts';

/** Most calls an answer may have; more is a broken server. A request can declare 256 tools. */
const MAX_TOOL_CALLS = 1_024;

interface OpenCall {
  /** Our index: dense, in order of appearance. */
  readonly index: number;
  hasArguments: boolean;
}

/** Gives the function calls of a streamed response a dense index; theirs also counts messages and reasoning. */
export class FunctionCalls {
  readonly #sink: AnswerSink;
  readonly #open = new Map<number, OpenCall>();
  #count = 0;

  constructor(sink: AnswerSink) {
    this.#sink = sink;
  }

  get count(): number {
    return this.#count;
  }

  /** Takes the item of a call that starts. False: there are too many calls. */
  start(outputIndex: number, item: JsonRecord): boolean {
    if (this.#count >= MAX_TOOL_CALLS) return false;
    const call: OpenCall = { index: this.#count, hasArguments: false };
    this.#count += 1;
    this.#open.set(outputIndex, call);
    this.#sink.toolCall(call.index, {
      id: readText(item, 'call_id'),
      name: readText(item, 'name'),
    });
    return true;
  }

  /** Takes a piece of the arguments. False: no call is open there, or the piece is empty. */
  addArguments(outputIndex: number, argumentsDelta: string | undefined): boolean {
    const call = this.#open.get(outputIndex);
    if (call === undefined || argumentsDelta === undefined) return false;
    call.hasArguments = true;
    this.#sink.toolCall(call.index, { argumentsDelta });
    return true;
  }

  /** Takes the whole item of a call that ends. Servers that stream no pieces give the arguments only here. */
  finish(outputIndex: number, item: JsonRecord): boolean {
    if (!this.#open.has(outputIndex) && !this.start(outputIndex, item)) return false;
    if (this.#open.get(outputIndex)?.hasArguments === false) {
      this.addArguments(outputIndex, readText(item, 'arguments') ?? '{}');
    }
    this.#open.delete(outputIndex);
    return true;
  }
}
