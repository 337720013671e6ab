import { createParser } from 'eventsource-parser';
import type { CallOutcome } from '../../../ports/provider.ts';
import { protocolFailure } from './failure.ts';
import type { AnswerStream } from './provider-api.ts';

/** Most characters an event may have before it is complete. Beyond it the answer fails: nobody sends such events. */
export const MAX_EVENT_CHARACTERS = 1_048_576;

/** Cuts the text of a `text/event-stream` body into events and hands them to the family's state machine. */
export class SseReader {
  readonly #stream: AnswerStream;
  readonly #feed: (text: string) => void;
  #overflow: CallOutcome | undefined;
  #hadPayload = false;

  constructor(stream: AnswerStream) {
    this.#stream = stream;
    const parser = createParser({
      maxBufferSize: MAX_EVENT_CHARACTERS,
      onEvent: (event) => this.#take(event.data),
      onError: (error) => {
        if (error.type === 'max-buffer-size-exceeded') {
          this.#overflow = protocolFailure('an event of the stream is too large');
        }
      },
    });
    this.#feed = (text) => parser.feed(text);
  }

  get outcome(): CallOutcome | undefined {
    return this.#stream.outcome ?? this.#overflow;
  }

  /** True: at least one event of this piece brought the answer forward. */
  push(text: string): boolean {
    if (this.outcome !== undefined) return false;
    this.#hadPayload = false;
    this.#feed(text);
    return this.#hadPayload;
  }

  /** Some servers end the body right after the last data line; the blank line that they owe is added here. */
  end(): CallOutcome {
    if (this.outcome === undefined) this.#feed('\n\n');
    return this.outcome ?? this.#stream.end();
  }

  #take(data: string): void {
    if (this.outcome === undefined && this.#stream.push(data)) this.#hadPayload = true;
  }
}
