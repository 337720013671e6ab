import type { Frames } from './wire.ts';

/** Collects a streamed answer: what carries no text goes out together with the delta that follows it. */
export class FrameList {
  #opening = '';
  readonly #deltas: string[] = [];
  #waiting = '';

  /** An event without text: the start or the end of a block, or what says that it was signed. */
  add(event: string): void {
    this.#waiting += event;
  }

  /** All that was added so far goes out before anything else. */
  endOpening(): void {
    this.#opening = this.#waiting;
    this.#waiting = '';
  }

  delta(event: string): void {
    this.#deltas.push(this.#waiting + event);
    this.#waiting = '';
  }

  /** What was added after the last delta is the closing. */
  frames(): Frames {
    return { opening: this.#opening, deltas: this.#deltas, closing: this.#waiting };
  }
}

/** One server-sent event without a name. */
export function dataEvent(payload: unknown): string {
  return `data: ${JSON.stringify(payload)}\n\n`;
}

/** One server-sent event that is named for the type of its payload. */
export function typedEvent(payload: { readonly type: string } & Record<string, unknown>): string {
  return `event: ${payload.type}\ndata: ${JSON.stringify(payload)}\n\n`;
}
