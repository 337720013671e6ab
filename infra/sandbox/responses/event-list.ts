import { FrameList, typedEvent } from '../frame-list.ts';
import type { Frames } from '../wire.ts';

type Payload = { readonly type: string } & Readonly<Record<string, unknown>>;

/** A streamed answer whose events are numbered from 0. */
export class EventList {
  readonly #list = new FrameList();
  #next = 0;

  add(payload: Payload): void {
    this.#list.add(this.#event(payload));
  }

  endOpening(): void {
    this.#list.endOpening();
  }

  delta(payload: Payload): void {
    this.#list.delta(this.#event(payload));
  }

  frames(): Frames {
    return this.#list.frames();
  }

  #event(payload: Payload): string {
    const numbered = { ...payload, sequence_number: this.#next };
    this.#next += 1;
    return typedEvent(numbered);
  }
}
