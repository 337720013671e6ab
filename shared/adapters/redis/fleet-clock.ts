import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { Logger } from '../../ports/logger.ts';

/** Quartz drifts some 50 µs a second: half a millisecond between two looks. */
const LOOK_EVERY_MS = 10_000;

/** A look that took longer says too little: its middle may be anywhere in it. */
const MAX_ROUND_TRIP_MS = 250;

const timeSchema = z.tuple([z.coerce.number(), z.coerce.number()]);

/**
 * The clock of the fleet is that of Redis: deadlines are set on it, so they are judged by it, whatever the clock of this
 * machine says or however it is set while jobs run. Between two looks it goes on by the monotonic clock.
 */
export class FleetClock {
  readonly #redis: Redis;
  readonly #log: Logger;
  readonly #timer: NodeJS.Timeout;
  #offsetMs = 0;

  private constructor(redis: Redis, log: Logger) {
    this.#redis = redis;
    this.#log = log;
    this.#offsetMs = Date.now() - performance.now();
    this.#timer = setInterval(() => {
      void this.#look();
    }, LOOK_EVERY_MS);
    this.#timer.unref();
  }

  /** Resolves after the first look. `redis` stays the caller's to close. */
  static async start(redis: Redis, log: Logger): Promise<FleetClock> {
    const clock = new FleetClock(redis, log);
    await clock.#look();
    return clock;
  }

  /** Epoch milliseconds. */
  readonly now = (): number => Math.round(performance.now() + this.#offsetMs);

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const askedAt = performance.now();
    try {
      const [seconds, microseconds] = timeSchema.parse(await this.#redis.time());
      const answeredAt = performance.now();
      if (answeredAt - askedAt > MAX_ROUND_TRIP_MS) return;
      this.#offsetMs = seconds * 1_000 + microseconds / 1_000 - (askedAt + answeredAt) / 2;
    } catch (error: unknown) {
      this.#log.debug({ error: String(error) }, 'the clock of the fleet was not read');
    }
  }
}
