import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { RedisFleetLimiter } from '../../shared/adapters/redis/fleet-limiter.ts';
import { redisKeys } from '../../shared/contracts/redis-keys.ts';
import type { MinuteLimits } from '../../shared/ports/fleet-limiter.ts';
import { BrokerConnections } from '../support/broker-connections.ts';

const connections = new BrokerConnections();
const PROCESSES = 8;
let redis: Redis;
let limiters: RedisFleetLimiter[];

beforeAll(async () => {
  redis = await connections.redis(inject('redisUrl'));
  limiters = await Promise.all(
    Array.from(
      { length: PROCESSES },
      async () => new RedisFleetLimiter(await connections.redis(inject('redisUrl'))),
    ),
  );
});

afterAll(() => connections.close());

describe('the limiter of the fleet', () => {
  it('lets exactly a hundred through, whoever asks and however many ask at once', async () => {
    const takes = await takeAll(800, { requestsPerMinute: 100 }, 10);

    expect(takes.filter((take) => take.kind === 'taken')).toHaveLength(100);
  });

  it('counts tokens by weight, and lets a small call through where a large one does not fit', async () => {
    const provider = randomUUID();
    const limits = { tokensPerMinute: 1_000 };

    const kinds = [];
    for (const tokens of [600, 500, 400, 1]) {
      kinds.push((await limiterAt(0).take(provider, limits, tokens)).kind);
    }

    expect(kinds).toEqual(['taken', 'full', 'taken', 'full']);
  });

  it('lets a call that is larger than the whole limit have the whole minute', async () => {
    const provider = randomUUID();
    const limits = { tokensPerMinute: 1_000 };

    const first = await limiterAt(0).take(provider, limits, 5_000);
    const second = await limiterAt(1).take(provider, limits, 1);

    expect([first.kind, second.kind]).toEqual(['taken', 'full']);
  });

  it('says when there is room: when the seconds that fill it are a whole minute past', async () => {
    const provider = randomUUID();
    const limits = { requestsPerMinute: 3 };
    const now = Number((await redis.time())[0]);
    await redis.hset(redisKeys.minute(provider), {
      [`r${String(now - 61)}`]: 50,
      [`r${String(now - 40)}`]: 1,
      [`r${String(now - 30)}`]: 2,
    });

    const take = await limiterAt(0).take(provider, limits, 0);

    expect(take.kind).toBe('full');
    const waitMs = take.kind === 'full' ? take.waitMs : 0;
    expect(waitMs).toBeGreaterThan(19_000);
    expect(waitMs).toBeLessThanOrEqual(21_000);
  });

  it('never lets more than the limit through in any 60 seconds, also across the turn of a minute', async () => {
    const provider = randomUUID();
    const now = Number((await redis.time())[0]);
    await redis.hset(redisKeys.minute(provider), { [`r${String(now - 60)}`]: 5 });

    const take = await limiterAt(0).take(provider, { requestsPerMinute: 5 }, 0);

    expect(take.kind).toBe('full');
  });

  it('gives back what a call did not use, and takes what it used beyond', async () => {
    const provider = randomUUID();
    const limits = { tokensPerMinute: 1_000 };
    const first = await limiterAt(0).take(provider, limits, 900);
    if (first.kind !== 'taken') throw new Error('the first call must fit');

    await limiterAt(1).correct(provider, first.second, -800);
    const second = await limiterAt(0).take(provider, limits, 850);
    await limiterAt(1).correct(provider, first.second, 100);
    const third = await limiterAt(0).take(provider, limits, 1);

    expect([second.kind, third.kind]).toEqual(['taken', 'full']);
  });

  it('leaves nothing behind that does not end by itself', async () => {
    const provider = randomUUID();

    await limiterAt(0).take(provider, { requestsPerMinute: 5 }, 0);

    expect(await redis.ttl(redisKeys.minute(provider))).toBeGreaterThan(60);
  });
});

function takeAll(calls: number, limits: MinuteLimits, tokens: number) {
  const provider = randomUUID();
  return Promise.all(
    Array.from({ length: calls }, (_, index) => limiterAt(index).take(provider, limits, tokens)),
  );
}

function limiterAt(index: number): RedisFleetLimiter {
  const limiter = limiters[index % PROCESSES];
  if (limiter === undefined) throw new Error('no limiters were made');
  return limiter;
}
