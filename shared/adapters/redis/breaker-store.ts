import type { Redis } from 'ioredis';
import { z } from 'zod';
import { redisKeys } from '../../contracts/redis-keys.ts';
import type {
  BreakerMemory,
  BreakerReport,
  BreakerRules,
  BreakerSnapshot,
  BreakerStore,
  LeaseAnswer,
} from '../../ports/breaker.ts';
import { LuaScript } from './lua-script.ts';

const count = z.number().int().nonnegative();

const memorySchema = z.object({
  consecutive: count,
  buckets: z.record(z.string(), z.tuple([count, count])),
  trips: count,
  goodProbes: count,
  openUntilMs: count.optional(),
  rampFromMs: count.optional(),
  probe: z.object({ holder: z.string(), untilMs: count }).optional(),
});

const replySchema = z.tuple([z.number(), z.number(), z.string()]);
const readReplySchema = z.tuple([z.number(), z.array(z.string())]);

/** The fleet's breakers in Redis. */
export class RedisBreakerStore implements BreakerStore {
  readonly #redis: Redis;
  readonly #now: (() => number) | undefined;
  readonly #step = new LuaScript('breaker');
  readonly #read = new LuaScript('read-breakers');

  /** `now` stands in for the clock of Redis where a test moves time itself. */
  constructor(redis: Redis, now?: () => number) {
    this.#redis = redis;
    this.#now = now;
  }

  async read(): Promise<BreakerSnapshot> {
    const reply = await this.#read.run(this.#redis, [redisKeys.breakers()], [this.#clock()]);
    const [nowMs, flat] = readReplySchema.parse(reply);
    const breakers = new Map<string, BreakerMemory>();
    for (let index = 0; index + 1 < flat.length; index += 2) {
      breakers.set(flat[index] ?? '', parseMemory(flat[index + 1] ?? ''));
    }
    return { nowMs, breakers };
  }

  async lease(
    scope: string,
    { holder, leaseMs }: { readonly holder: string; readonly leaseMs: number },
  ): Promise<LeaseAnswer> {
    const { granted, ...answer } = await this.#run(scope, ['lease', holder, Math.ceil(leaseMs)]);
    return { ...answer, isGranted: granted === 1 };
  }

  async report(
    scope: string,
    { successes, failure, retryAfterMs, holder }: BreakerReport,
    { rules, random }: { readonly rules: BreakerRules; readonly random: number },
  ): Promise<{ readonly nowMs: number; readonly breaker: BreakerMemory }> {
    const { nowMs, breaker } = await this.#run(scope, [
      'report',
      holder ?? '',
      successes,
      failure ?? '',
      retryAfterMs ?? '',
      rules.consecutiveFailures,
      rules.failureRatio,
      rules.openMs,
      random,
    ]);
    return { nowMs, breaker };
  }

  async #run(scope: string, step: readonly (string | number)[]) {
    const keys = [redisKeys.breaker(scope), redisKeys.breakers()];
    const reply = await this.#step.run(this.#redis, keys, [this.#clock(), scope, ...step]);
    const [granted, nowMs, state] = replySchema.parse(reply);
    return { granted, nowMs, breaker: parseMemory(state) };
  }

  #clock(): number | '' {
    return this.#now?.() ?? '';
  }
}

function parseMemory(state: string): BreakerMemory {
  return memorySchema.parse(JSON.parse(state));
}
