import type { ProviderConfig } from '../../../contracts/config/config.ts';
import { unreachable } from '../../../core/assert.ts';

/** Limits of one call, milliseconds; meanings stand in the configuration's schema. */
export type Timeouts = ProviderConfig['timeouts'];

/** What a watchdog waited for when it fired. */
export type Watched =
  | 'connection'
  | 'first payload'
  | 'next payload'
  | 'error body'
  | 'end of body'
  | 'whole answer';

/** Called once with what was waited for, and for how long. */
export type OnExpired = (watched: Watched, limitMs: number) => void;

/** How long a finished answer may keep its connection before it is closed, milliseconds. */
const END_GRACE_MS = 100;

/**
 * The time limits of one call: one over the whole, and one over the phase that it is in. Re-arming refreshes the timer
 * in place, so a payload costs neither a timer nor a reading of the clock.
 */
export class Watchdogs {
  readonly #timeouts: Timeouts;
  readonly #onExpired: OnExpired;
  readonly #total: NodeJS.Timeout;
  #phase: NodeJS.Timeout | undefined;
  #watched: Watched | undefined;

  constructor(timeouts: Timeouts, onExpired: OnExpired) {
    this.#timeouts = timeouts;
    this.#onExpired = onExpired;
    this.#total = setTimeout(() => onExpired('whole answer', timeouts.totalMs), timeouts.totalMs);
  }

  /** Ends the phase before and starts to wait for `watched`. */
  expect(watched: Watched): void {
    clearTimeout(this.#phase);
    this.#watched = watched;
    const limitMs = limitOf(watched, this.#timeouts);
    this.#phase = setTimeout(() => this.#onExpired(watched, limitMs), limitMs);
  }

  /** Payload arrived. Keep-alives must not come here: they can hold a dead call open for minutes. */
  payload(): void {
    if (this.#watched === 'next payload') this.#phase?.refresh();
    else this.expect('next payload');
  }

  /** No phase limit until the next `expect` or `resume`; the whole is still bounded. */
  pause(): void {
    clearTimeout(this.#phase);
  }

  /** Waits again for what was waited for before the pause, from now. */
  resume(): void {
    if (this.#watched !== undefined) this.expect(this.#watched);
  }

  close(): void {
    clearTimeout(this.#total);
    clearTimeout(this.#phase);
  }
}

function limitOf(watched: Watched, timeouts: Timeouts): number {
  switch (watched) {
    case 'connection':
      return timeouts.connectMs;
    case 'first payload':
      return timeouts.ttftMs;
    case 'next payload':
    case 'error body':
      return timeouts.idleMs;
    case 'end of body':
      return END_GRACE_MS;
    case 'whole answer':
      return timeouts.totalMs;
    default:
      return unreachable(watched);
  }
}
