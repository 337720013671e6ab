import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { RedisBreakerStore } from '../../shared/adapters/redis/breaker-store.ts';
import { redisKeys } from '../../shared/contracts/redis-keys.ts';
import type { BreakerStore } from '../../shared/ports/breaker.ts';
import { CLOSED, passageOf } from '../../shared/resilience/breaker.ts';
import { anyBreakerSteps, type BreakerStep } from '../support/arbitrary-breaker.ts';
import { BrokerConnections } from '../support/broker-connections.ts';
import { MemoryBreakerStore } from '../support/memory-breaker-store.ts';

const connections = new BrokerConnections();
const RULES = { consecutiveFailures: 5, failureRatio: 0.5, openMs: 5_000 };
const START_MS = Date.parse('2026-11-22T12:00:00.123Z');
const SEQUENCES = 150;

/** The longer one meets the bound of all open times at its second opening. */
const anyOpenMs = fc.constantFrom(5_000, 40_000);

let redis: Redis;

beforeAll(async () => {
  redis = await connections.redis(inject('redisUrl'));
});

afterAll(() => connections.close());

describe('the breaker in Redis', () => {
  it('is in every state where the pure rules are, after any sequence of calls, leases and waits', async () => {
    await fc.assert(
      fc.asyncProperty(anyBreakerSteps, anyOpenMs, async (steps, openMs) => {
        const clock = { ms: START_MS };
        const scope = randomUUID();
        const real = new RedisBreakerStore(redis, () => clock.ms);
        const model = new MemoryBreakerStore(() => clock.ms);
        const rules = { ...RULES, openMs };
        const run = (store: BreakerStore, one: Exclude<BreakerStep, { kind: 'wait' }>) =>
          one.kind === 'lease'
            ? store.lease(scope, one)
            : store.report(scope, one.report, { rules, random: one.random });
        const answers = [];
        for (const one of steps) {
          if (one.kind === 'wait') clock.ms += one.ms;
          else answers.push([await run(real, one), await run(model, one)] as const);
        }
        const listed = [await real.read(), await model.read()].map(({ breakers }) =>
          passageOf(breakers.get(scope) ?? CLOSED, clock.ms),
        );

        expect(answers.map(([inRedis]) => inRedis)).toEqual(answers.map(([, pure]) => pure));
        expect(listed[0]).toEqual(listed[1]);
        await redis.del(redisKeys.breakers());
      }),
      { numRuns: SEQUENCES },
    );
  });

  it('opens for every process at once, and names itself to those who look', async () => {
    const scope = randomUUID();
    const [one, two] = [new RedisBreakerStore(redis), new RedisBreakerStore(redis)];

    for (let failures = 0; failures < RULES.consecutiveFailures; failures += 1) {
      await fail(failures % 2 === 0 ? one : two, scope);
    }

    const { nowMs, breakers } = await two.read();
    const openMs = (breakers.get(scope)?.openUntilMs ?? 0) - nowMs;
    expect(openMs).toBeGreaterThan(3_500);
    expect(openMs).toBeLessThanOrEqual(6_000);
  });

  it('gives its one probe to one of a hundred who ask at once', async () => {
    const clock = { ms: START_MS };
    const scope = randomUUID();
    const store = new RedisBreakerStore(redis, () => clock.ms);
    for (let failures = 0; failures < RULES.consecutiveFailures; failures += 1) {
      await fail(store, scope);
    }
    clock.ms += 6_001;

    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        store.lease(scope, { holder: `job-${String(index)}`, leaseMs: 1_000 }),
      ),
    );

    expect(answers.filter((answer) => answer.isGranted)).toHaveLength(1);
  });

  it('is not listed while it is closed, and leaves nothing behind that does not end by itself', async () => {
    const scope = randomUUID();
    const store = new RedisBreakerStore(redis);

    await fail(store, scope);

    expect((await store.read()).breakers.has(scope)).toBe(false);
    expect(await redis.pttl(redisKeys.breaker(scope))).toBeGreaterThan(500_000);
  });

  it('takes out of its list what nobody has looked at for long, when another opens', async () => {
    const clock = { ms: START_MS };
    const [old, fresh] = [randomUUID(), randomUUID()];
    const store = new RedisBreakerStore(redis, () => clock.ms);
    for (let failures = 0; failures < RULES.consecutiveFailures; failures += 1) {
      await fail(store, old);
    }
    clock.ms += 1_000_000;

    for (let failures = 0; failures < RULES.consecutiveFailures; failures += 1) {
      await fail(store, fresh);
    }

    const { breakers } = await store.read();
    expect([breakers.has(old), breakers.has(fresh)]).toEqual([false, true]);
  });
});

function fail(store: BreakerStore, scope: string) {
  const report = { successes: 0, failure: 'full' as const };
  return store.report(scope, report, { rules: RULES, random: 0.5 });
}
