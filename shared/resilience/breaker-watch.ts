import type { BreakerMemory, BreakerReport, BreakerRules, BreakerStore } from '../ports/breaker.ts';
import type { Logger } from '../ports/logger.ts';
import { CLOSED, type Passage, passageOf } from './breaker.ts';

/** A change anywhere in the fleet is known here after this and a round trip (reliability.md 4: 300 ms). */
const READ_EVERY_MS = 250;

/** A snapshot is put to the store's clock by ours: both the moment and where the store's clock stood then. */
interface Reading {
  readonly atMs: number;
  readonly storeNowMs: number;
  readonly breakers: ReadonlyMap<string, BreakerMemory>;
}

export interface BreakerWatchOptions {
  readonly store: BreakerStore;
  readonly logger: Logger;
  /** A clock that never goes back, ms. */
  readonly monotonicMs: () => number;
}

/**
 * The fleet's breakers as this process knows them: asking costs nothing, what is known is at most a quarter of a second
 * old. While the store is away the last state stays (fail static): an open breaker does not close by not being seen.
 */
export class BreakerWatch {
  readonly #options: BreakerWatchOptions;
  #reading: Reading;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #isAway = false;

  constructor(options: BreakerWatchOptions) {
    this.#options = options;
    this.#reading = { atMs: options.monotonicMs(), storeNowMs: 0, breakers: new Map() };
  }

  /** Reads once, then on and on until `stop`. */
  async start(): Promise<void> {
    await this.#readOrKeep();
    this.#timer = setInterval(() => {
      this.#running ??= this.#readOrKeep().finally(() => {
        this.#running = undefined;
      });
    }, READ_EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  /** Reads now: for a decision that must not be older than the message that asks for it. */
  async refresh(): Promise<void> {
    await this.#readOrKeep();
  }

  passage(scope: string): Passage {
    const { atMs, storeNowMs, breakers } = this.#reading;
    const breaker = breakers.get(scope);
    if (breaker === undefined) return { kind: 'closed' };
    return passageOf(breaker, storeNowMs + this.#options.monotonicMs() - atMs);
  }

  /** Asks for the probe of a half-open breaker. Refused, too, while the store is away. */
  async lease(scope: string, holder: string, leaseMs: number): Promise<boolean> {
    const { store, logger } = this.#options;
    try {
      const { isGranted, nowMs, breaker } = await store.lease(scope, { holder, leaseMs });
      this.#learn(scope, nowMs, breaker);
      return isGranted;
    } catch (error: unknown) {
      logger.warn({ scope, error: String(error) }, 'a probe could not be asked for');
      return false;
    }
  }

  /** Tells the fleet. True: this report has opened the breaker. What the store does not take is lost, as a lost call is. */
  async report(
    scope: string,
    report: BreakerReport,
    chance: { readonly rules: BreakerRules; readonly random: number },
  ): Promise<boolean> {
    const { store, logger } = this.#options;
    try {
      const { nowMs, breaker } = await store.report(scope, report, chance);
      const tripsBefore = (this.#reading.breakers.get(scope) ?? CLOSED).trips;
      this.#learn(scope, nowMs, breaker);
      return breaker.openUntilMs !== undefined && breaker.trips > tripsBefore;
    } catch (error: unknown) {
      logger.warn({ scope, error: String(error) }, 'a breaker was not told of a call');
      return false;
    }
  }

  #learn(scope: string, storeNowMs: number, breaker: BreakerMemory): void {
    const breakers = new Map(this.#reading.breakers);
    if (passageOf(breaker, storeNowMs).kind === 'closed') breakers.delete(scope);
    else breakers.set(scope, breaker);
    this.#reading = { atMs: this.#options.monotonicMs(), storeNowMs, breakers };
  }

  async #readOrKeep(): Promise<void> {
    const { store, logger, monotonicMs } = this.#options;
    try {
      const { nowMs, breakers } = await store.read();
      // A read that was overtaken by a later answer would bring back what is past.
      if (nowMs < this.#reading.storeNowMs) return;
      this.#reading = { atMs: monotonicMs(), storeNowMs: nowMs, breakers };
      this.#isAway = false;
    } catch (error: unknown) {
      if (!this.#isAway) {
        logger.warn({ error: String(error) }, 'breakers cannot be read, the last state stays');
      }
      this.#isAway = true;
    }
  }
}
