import type { AnswerSink } from '../../../ports/provider.ts';
import { type JsonRecord, readCount, readRecord, readText } from '../http/json.ts';

/** Most calls an answer may have; more is a broken server. A request can declare 256 tools. */
const MAX_TOOL_CALLS = 1_024;

interface OpenCall {
  /** Our index: dense, in order of appearance. Undefined: nothing of the call was worth showing yet. */
  index: number | undefined;
  id: string | undefined;
  hasName: boolean;
}

/**
 * Gives the pieces of tool calls a dense index. Servers leave the index out, reuse it for parallel calls, or start
 * anywhere, and repeat `id` and `name` (empty, too) on later pieces.
 */
export class ToolCalls {
  readonly #sink: AnswerSink;
  readonly #byWireIndex = new Map<number, OpenCall>();
  #last: OpenCall | undefined;
  #opened = 0;
  #count = 0;

  constructor(sink: AnswerSink) {
    this.#sink = sink;
  }

  get count(): number {
    return this.#count;
  }

  /** Takes one entry of `tool_calls`. False: there are too many calls. */
  push(entry: JsonRecord): boolean {
    const named = readRecord(entry, 'function');
    const id = readText(entry, 'id');
    const name = readText(named, 'name');
    const call = this.#find(readCount(entry, 'index'), { id, name });
    if (this.#opened > MAX_TOOL_CALLS) return false;
    const newId = call.id === undefined ? id : undefined;
    const newName = call.hasName ? undefined : name;
    const argumentsDelta = readText(named, 'arguments');
    call.id ??= id;
    call.hasName ||= name !== undefined;
    if (newId !== undefined || newName !== undefined || argumentsDelta !== undefined) {
      call.index ??= this.#count++;
      this.#sink.toolCall(call.index, { id: newId, name: newName, argumentsDelta });
    }
    return true;
  }

  #find(
    wireIndex: number | undefined,
    start: { id: string | undefined; name: string | undefined },
  ): OpenCall {
    const known = wireIndex === undefined ? this.#last : this.#byWireIndex.get(wireIndex);
    if (known !== undefined && !startsAnother(known, wireIndex, start)) return known;
    const call: OpenCall = { index: undefined, id: undefined, hasName: false };
    this.#opened += 1;
    this.#last = call;
    if (wireIndex !== undefined) this.#byWireIndex.set(wireIndex, call);
    return call;
  }
}

/** A name with an id that is not this call's, or a name without any index, starts another call. */
function startsAnother(
  known: OpenCall,
  wireIndex: number | undefined,
  start: { id: string | undefined; name: string | undefined },
): boolean {
  if (start.name === undefined || !known.hasName) return false;
  if (start.id !== undefined) return start.id !== known.id;
  return wireIndex === undefined;
}
