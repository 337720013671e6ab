import type { CallOutcome } from '../../../ports/provider.ts';
import { protocolFailure } from './failure.ts';
import type { AnswerStream } from './provider-api.ts';
import { MAX_EVENT_CHARACTERS } from './sse-reader.ts';

/** Cuts the text of an NDJSON body into lines and hands them to the family's state machine. */
export class LineReader {
  readonly #stream: AnswerStream;
  #overflow: CallOutcome | undefined;
  /** The start of a line whose end has not come. */
  #rest = '';

  constructor(stream: AnswerStream) {
    this.#stream = stream;
  }

  get outcome(): CallOutcome | undefined {
    return this.#stream.outcome ?? this.#overflow;
  }

  /** True: at least one line of this piece brought the answer forward. */
  push(text: string): boolean {
    let hadPayload = false;
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      hadPayload = this.#take(text.slice(start, end)) || hadPayload;
      if (this.outcome !== undefined) return hadPayload;
      start = end + 1;
    }
    this.#keep(text.slice(start));
    return hadPayload;
  }

  /** The last line may lack its line end. */
  end(): CallOutcome {
    if (this.outcome === undefined) this.#take('');
    return this.outcome ?? this.#stream.end();
  }

  #take(lineEnd: string): boolean {
    this.#keep(lineEnd);
    const line = this.#rest;
    this.#rest = '';
    // Blank lines are keep-alives; a CR before the line end is blank to JSON.
    return this.#overflow === undefined && line.trim() !== '' && this.#stream.push(line);
  }

  #keep(text: string): void {
    this.#rest += text;
    if (this.#rest.length <= MAX_EVENT_CHARACTERS) return;
    this.#rest = '';
    this.#overflow = protocolFailure('a line of the stream is too large');
  }
}
