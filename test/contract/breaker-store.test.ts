import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { RedisBreakerStore } from '../../shared/adapters/redis/breaker-store.ts';
import { redisKeys } from '../../shared/contracts/redis-keys.ts';
import type { BreakerReport, BreakerStore } from '../../shared/ports/breaker.ts';
import { CLOSED, passageOf } from '../../shared/resilience/breaker.ts';
import { BrokerConnections } from '../support/broker-connections.ts';
import { MemoryBreakerStore } from '../support/memory-breaker-store.ts';

const connections = new BrokerConnections();
const RULES = { consecutiveFailures: 5, failureRatio: 0.5, openMs: 5_000 };
const START_MS = Date.parse('2026-11-22T12:00:00.123Z');
const SEQUENCES = 150;

let redis: Redis;

beforeAll(async () => {
  redis = await connections.redis(inject('redisUrl'));
});

afterAll(() => connections.close());

type Step =
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'lease'; readonly holder: string; readonly leaseMs: number }
  | { readonly kind: 'report'; readonly report: BreakerReport; readonly random: number };

const holder = fc.constantFrom('job-1', 'job-2');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('wait' as const),
    ms: fc.oneof(
      fc.integer({ min: 1, max: 3_000 }),
      fc.constantFrom(5_000, 12_000, 61_000, 400_000, 700_000),
    ),
  }),
  fc.record({
    kind: fc.constant('lease' as const),
    holder,
    leaseMs: fc.integer({ min: 1, max: 20_000 }),
  }),
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('report' as const),
      random: fc.double({ min: 0, max: 0.999, noNaN: true }),
      report: fc.record(
        {
          successes: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 30 })),
          failure: fc.constantFrom('full' as const, 'ratio' as const),
          retryAfterMs: fc.constantFrom(0, 700, 2_500, 90_000, 4_000_000),
          holder,
        },
        { requiredKeys: ['successes'] },
      ),
    }),
  },
);

describe('the breaker in Redis', () => {
  it('is in every state where the pure rules are, after any sequence of calls, leases and waits', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
        const clock = { ms: START_MS };
        const scope = randomUUID();
        const real = new RedisBreakerStore(redis, () => clock.ms);
        const model = new MemoryBreakerStore(() => clock.ms);
        const answers = [];
        for (const one of steps) {
          if (one.kind === 'wait') clock.ms += one.ms;
          else answers.push([await run(real, scope, one), await run(model, scope, one)] as const);
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

function run(store: BreakerStore, scope: string, one: Exclude<Step, { kind: 'wait' }>) {
  return one.kind === 'lease'
    ? store.lease(scope, one)
    : store.report(scope, one.report, { rules: RULES, random: one.random });
}

function fail(store: BreakerStore, scope: string) {
  const report = { successes: 0, failure: 'full' as const };
  return store.report(scope, report, { rules: RULES, random: 0.5 });
}
