import type { ServerResponse } from 'node:http';
import type { Frames } from './wire.ts';

/** Most deltas that go out in one write when the pace has no gap: the reader's back-pressure is felt in between. */
const MAX_DELTAS_A_WRITE = 64;

export interface StreamOrder {
  readonly frames: Frames;
  readonly gapMs: number;
  /** Stop before this delta and call `onStop`. Undefined: write to the end. */
  readonly stopAt: number | undefined;
  readonly onStop: () => void;
  readonly onDeltas: (count: number) => void;
  readonly onComplete: () => void;
}

/**
 * Writes a streamed answer at its pace. One timer a stream; deltas that are due together (the timer came late) go out in
 * one write, so that the pace holds under load and many streams cost little. Never writes past the reader's
 * back-pressure. Call it once the response's headers are set; it stops by itself when the connection closes.
 */
export function writeStream(response: ServerResponse, order: StreamOrder): void {
  const { deltas, opening, closing } = order.frames;
  const last = Math.min(order.stopAt ?? deltas.length, deltas.length);
  const startedAt = performance.now();
  let next = 0;
  let timer: NodeJS.Timeout | undefined;

  response.once('close', () => clearTimeout(timer));
  if (opening !== '') response.write(opening);
  step();

  function step(): void {
    if (response.destroyed) return;
    if (next === last && order.stopAt !== undefined) {
      order.onStop();
      return;
    }
    const due = Math.min(dueCount(), last);
    const joined = deltas.slice(next, due).join('');
    order.onDeltas(due - next);
    next = due;
    if (next === last && order.stopAt === undefined) {
      response.end(joined + closing, order.onComplete);
      return;
    }
    if (joined === '' || response.write(joined)) wait();
    else response.once('drain', wait);
  }

  function dueCount(): number {
    if (order.gapMs === 0) return next + MAX_DELTAS_A_WRITE;
    return Math.floor((performance.now() - startedAt) / order.gapMs) + 1;
  }

  function wait(): void {
    const dueInMs = startedAt + next * order.gapMs - performance.now();
    timer = setTimeout(step, Math.max(order.gapMs === 0 ? 0 : 1, Math.ceil(dueInMs)));
  }
}

const DRIP_BYTES = 3;

/** Writes `text` three bytes at a time, across the borders of events and of characters. */
export function drip(
  response: ServerResponse,
  text: string,
  order: { gapMs: number; onComplete: () => void },
): void {
  const bytes = Buffer.from(text);
  let from = 0;
  const timer = setInterval(step, order.gapMs);
  response.once('close', () => clearInterval(timer));

  function step(): void {
    if (from >= bytes.length) {
      clearInterval(timer);
      response.end(order.onComplete);
      return;
    }
    if (response.writableNeedDrain) return;
    response.write(bytes.subarray(from, from + DRIP_BYTES));
    from += DRIP_BYTES;
  }
}
