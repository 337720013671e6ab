import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { RedisRetryBudgets } from '../../shared/adapters/redis/retry-budgets.ts';
import { redisKeys } from '../../shared/contracts/redis-keys.ts';
import { BrokerConnections } from '../support/broker-connections.ts';
import { quietLogger } from '../support/quiet-logger.ts';
import { waitUntil } from '../support/wait-until.ts';

const connections = new BrokerConnections();
let redis: Redis;
let budgets: RedisRetryBudgets;
let providerId: string;

beforeAll(async () => {
  redis = await connections.redis(inject('redisUrl'));
  budgets = new RedisRetryBudgets(redis, quietLogger);
  connections.onClose(() => budgets.close());
});

beforeEach(() => {
  providerId = randomUUID();
});

afterAll(() => connections.close());

describe('the retry budgets in Redis', () => {
  it('let five retries of one provider through, and another provider’s none the less', async () => {
    const here = await spendAll(20, { kind: 'same', providerId });
    const elsewhere = await spendAll(1, { kind: 'same', providerId: randomUUID() });

    expect(here).toBe(5);
    expect(elsewhere).toBe(1);
  });

  it('let a burst of a hundred failovers through over the whole fleet, whoever asks at once', async () => {
    await redis.del(redisKeys.retryBudget('failover'));

    const taken = await spendAll(300, { kind: 'failover', providerId });

    expect(taken).toBeGreaterThanOrEqual(100);
    // What the time of the test brings is less than one.
    expect(taken).toBeLessThanOrEqual(101);
  });

  it('are filled by what succeeds, soon after', async () => {
    await spendAll(20, { kind: 'same', providerId });

    budgets.earn(providerId, 1);
    budgets.earn(providerId, 1);

    await waitUntil(async () => (await leftOf(`same:${providerId}`)) >= 7, {
      withinMs: 2_000,
      what: 'two retries are paid for',
    });
    expect(await spendAll(20, { kind: 'same', providerId })).toBe(2);
  });
});

async function spendAll(
  times: number,
  retry: { readonly kind: 'same' | 'failover'; readonly providerId: string },
): Promise<number> {
  const taken = await Promise.all(
    Array.from({ length: times }, () => budgets.spend({ ...retry, cost: 1 })),
  );
  return taken.filter(Boolean).length;
}

async function leftOf(budget: string): Promise<number> {
  return Number(await redis.hget(redisKeys.retryBudget(budget), 'left'));
}
