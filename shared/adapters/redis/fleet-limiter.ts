import type { Redis } from 'ioredis';
import { z } from 'zod';
import { redisKeys } from '../../contracts/redis-keys.ts';
import type { FleetLimiter, MinuteLimits, Take } from '../../ports/fleet-limiter.ts';
import { LuaScript } from './lua-script.ts';

const replySchema = z.tuple([z.number(), z.number()]);

/** The minutes of all providers in Redis, on its clock. One script decides, so that processes cannot overtake each other. */
export class RedisFleetLimiter implements FleetLimiter {
  readonly #redis: Redis;
  readonly #take = new LuaScript('take-limit', ['minute-window']);
  readonly #correct = new LuaScript('correct-limit');

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  async take(providerId: string, limits: MinuteLimits, tokens: number): Promise<Take> {
    const { requestsPerMinute = 0, tokensPerMinute = 0 } = limits;
    const [isTaken, value] = replySchema.parse(
      await this.#take.run(
        this.#redis,
        [redisKeys.minute(providerId)],
        [requestsPerMinute, tokensPerMinute, tokens],
      ),
    );
    return isTaken === 1 ? { kind: 'taken', second: value } : { kind: 'full', waitMs: value };
  }

  async correct(providerId: string, second: number, deltaTokens: number): Promise<void> {
    await this.#correct.run(this.#redis, [redisKeys.minute(providerId)], [second, deltaTokens]);
  }
}
