import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { RedisJobStore } from '../../shared/adapters/redis/job-store.ts';
import {
  type Budget,
  budgetSchema,
  compileBudgets,
} from '../../shared/contracts/config/budgets.ts';
import { redisKeys } from '../../shared/contracts/redis-keys.ts';
import type { JobRef } from '../../shared/core/ids.ts';
import type { Admission } from '../../shared/ports/admission.ts';
import type { AcceptOutcome, JobStore } from '../../shared/ports/job-store.ts';
import { BrokerConnections } from '../support/broker-connections.ts';
import { type BudgetReading, readBudget } from '../support/budget-reading.ts';
import { anAcceptCommand, aResult, newRef } from '../support/builders.ts';
import { MemoryJobStore } from '../support/memory-job-store.ts';

const CLIENTS = 200;
const ROUNDS = 100;
const JOBS_COVERED = 10;
const PROCESSES = 8;
/** What one job may cost, nano-USD: no round figure, so that a lost digit shows. */
const AMOUNT = 123_456_789;

const connections = new BrokerConnections();
let redis: Redis;
let stores: RedisJobStore[];

beforeAll(async () => {
  redis = await connections.redis(inject('redisUrl'));
  stores = await Promise.all(
    Array.from({ length: PROCESSES }, async () => {
      const own = await connections.redis(inject('redisUrl'));
      return new RedisJobStore(own, { jobHours: 24, ledgerDays: 400 });
    }),
  );
});

afterAll(() => connections.close());

describe('a budget worth ten jobs, asked by 200 clients at once', () => {
  it(`never lets an eleventh in, in ${String(ROUNDS)} rounds`, async () => {
    const admitted: number[] = [];

    for (let round = 0; round < ROUNDS; round += 1) {
      const tenantId = `t${randomUUID()}`;
      const budget = aBudget({ limitUsd: (JOBS_COVERED * AMOUNT + AMOUNT - 1) / 1e9 });
      const outcomes = await Promise.all(
        Array.from({ length: CLIENTS }, (_, client) =>
          accept(storeAt(client), newRef(tenantId), [budget]),
        ),
      );
      admitted.push(outcomes.filter((outcome) => outcome.kind === 'created').length);
    }

    expect(admitted).toEqual(Array.from({ length: ROUNDS }, () => JOBS_COVERED));
  }, 60_000);

  it('lets exactly as many in again as ended without a cost, however often they are settled', async () => {
    const tenantId = `t${randomUUID()}`;
    const budget = aBudget({ limitUsd: (JOBS_COVERED * AMOUNT) / 1e9 });
    const refs = Array.from({ length: JOBS_COVERED }, () => newRef(tenantId));
    await Promise.all(refs.map((ref) => accept(storeAt(0), ref, [budget])));

    await Promise.all(refs.slice(0, 4).map((ref) => settle(storeAt(1), ref, 0)));
    await Promise.all(refs.slice(0, 4).map((ref) => settle(storeAt(2), ref, 0)));
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, client) =>
        accept(storeAt(client), newRef(tenantId), [budget]),
      ),
    );

    expect(outcomes.filter((outcome) => outcome.kind === 'created')).toHaveLength(4);
    expect(await reading(budget, tenantId)).toEqual({
      reservedNanoUsd: JOBS_COVERED * AMOUNT,
      bookedNanoUsd: 0,
    });
  });
});

describe('a reservation', () => {
  it('is made once for one idempotency key, however often it is sent', async () => {
    const tenantId = `t${randomUUID()}`;
    const budget = aBudget({ limitUsd: 100 });
    const idempotency = { keyDigest: 'a'.repeat(64), fingerprint: 'f'.repeat(64) };

    await Promise.all(
      Array.from({ length: 50 }, (_, client) =>
        storeAt(client).accept(
          anAcceptCommand(newRef(tenantId), { idempotency, admission: admissionOf([budget]) }),
        ),
      ),
    );

    expect((await reading(budget, tenantId)).reservedNanoUsd).toBe(AMOUNT);
  });

  it('that is refused stores nothing and leaves the idempotency key free', async () => {
    const ref = newRef();
    const idempotency = { keyDigest: 'b'.repeat(64), fingerprint: 'f'.repeat(64) };
    const tight = admissionOf([aBudget({ limitUsd: 100 }), aBudget({ limitUsd: 0.1 })]);

    const refused = await storeAt(0).accept(
      anAcceptCommand(ref, { idempotency, admission: tight }),
    );
    const accepted = await storeAt(0).accept(anAcceptCommand(ref, { idempotency }));

    expect(refused).toMatchObject({ kind: 'refused', refusal: { by: 'budget' } });
    expect(refused.kind === 'refused' && 'waitMs' in refused.refusal).toBe(false);
    expect(accepted.kind).toBe('created');
    const [first] = tight.reservation?.budgets ?? [];
    expect(first && (await reading(first, ref.tenantId)).reservedNanoUsd).toBe(0);
  });

  it('goes when its job is given up before the log took it', async () => {
    const ref = newRef();
    const budget = aBudget({ limitUsd: 100 });
    await accept(storeAt(0), ref, [budget]);

    await storeAt(0).abandon(ref);
    await storeAt(1).abandon(ref);

    expect(await reading(budget, ref.tenantId)).toEqual({ reservedNanoUsd: 0, bookedNanoUsd: 0 });
  });

  it('does not end with its window while its job is open, and leaves nothing behind for ever after', async () => {
    const ref = newRef();
    const budget = aBudget({ limitUsd: 100, window: 'minute' });
    const key = redisKeys.budget({ id: budget.id, window: 'minute', scope: ref.tenantId });
    await accept(storeAt(0), ref, [budget]);
    const whileOpen = await redis.pttl(key);

    await settle(storeAt(0), ref, 5);

    expect(whileOpen).toBe(-1);
    expect(await redis.pttl(key)).toBeGreaterThan(60_000);
    expect(await redis.hget(redisKeys.job(ref), 'holds')).toBeNull();
  });
});

describe('the window of a budget', () => {
  it('counts a cost until it is a whole window past, and says when that is', async () => {
    const ref = newRef();
    const budget = aBudget({ limitUsd: 1, window: 'hour' });
    const key = redisKeys.budget({ id: budget.id, window: 'hour', scope: ref.tenantId });
    const nowMs = await storeAt(0).nowMs();
    const bucket = Math.floor(nowMs / budget.bucketMs);
    await redis.hset(key, { [`b${String(bucket - 61)}`]: 9e9, [`b${String(bucket - 50)}`]: 1e9 });

    const refused = await accept(storeAt(0), ref, [budget]);

    const waitMs = refused.kind === 'refused' ? (refused.refusal.waitMs ?? 0) : 0;
    expect(Math.abs(nowMs + waitMs - (bucket + 11) * budget.bucketMs)).toBeLessThan(2_000);
  });

  it('belongs to each key alone where the budget says so', async () => {
    const tenantId = `t${randomUUID()}`;
    const budget = aBudget({ limitUsd: AMOUNT / 1e9, per: 'key' });
    const admission = admissionOf([budget]);

    const outcomes = [];
    for (const keyId of ['one', 'one', 'two']) {
      outcomes.push(
        await storeAt(0).accept(anAcceptCommand(newRef(tenantId), { keyId, admission })),
      );
    }

    expect(outcomes.map(({ kind }) => kind)).toEqual(['created', 'refused', 'created']);
  });

  it('reports each share once, with what is used', async () => {
    const tenantId = `t${randomUUID()}`;
    const budget = aBudget({ limitUsd: (4 * AMOUNT) / 1e9, alertAt: [0.5, 0.7] });
    const refs = Array.from({ length: 4 }, () => newRef(tenantId));

    const outcomes = [];
    for (const ref of refs) outcomes.push(await accept(storeAt(0), ref, [budget]));
    for (const ref of refs) await settle(storeAt(0), ref, 0);
    for (let again = 0; again < 3; again += 1) {
      outcomes.push(await accept(storeAt(0), newRef(tenantId), [budget]));
    }

    expect(outcomes.map(reachedShares)).toEqual([[], [0.5], [0.7], [], [], [], []]);
    expect(outcomes[1]).toMatchObject({ reached: [{ usedNanoUsd: 2 * AMOUNT }] });
  });
});

describe('the store in Redis', () => {
  it('does step by step what the pure windows do, whatever is reserved, settled and given up', async () => {
    const step = fc.record({
      kind: fc.constantFrom('accept', 'accept', 'settle', 'abandon'),
      job: fc.nat(5),
      key: fc.constantFrom('one', 'two'),
      amount: fc.integer({ min: 0, max: 400 }),
    });

    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const memory = new MemoryJobStore();
        const tenantId = `t${randomUUID()}`;
        const refs = Array.from({ length: 6 }, () => newRef(tenantId));
        const budgets = [
          aBudget({ limitUsd: 1_000e-9, window: 'month', alertAt: [0.3, 0.9] }),
          aBudget({ limitUsd: 700e-9, window: 'day', per: 'key' }),
        ] as const;
        const [shared] = budgets;
        const reserved = new Map<JobRef, number>();
        let booked = 0;
        for (const { kind, job, key, amount } of steps) {
          const ref = refs[job] ?? newRef(tenantId);
          const cost = Math.min(reserved.get(ref) ?? 0, Math.floor(amount / 4));
          const run = async (store: JobStore) => {
            if (kind === 'settle') return settle(store, ref, cost);
            if (kind === 'abandon') return store.abandon(ref);
            if ((await store.get(ref)) !== undefined) return undefined;
            const command = { keyId: key, admission: admissionOf(budgets, amount) };
            return essence(await store.accept(anAcceptCommand(ref, command)));
          };

          const [real, model] = await Promise.all([run(storeAt(job)), run(memory)]);

          expect(real).toEqual(model);
          if (kind === 'accept' && isCreated(real)) reserved.set(ref, amount);
          if (kind === 'settle' && real === true) booked += cost;
          if (kind === 'abandon' || (kind === 'settle' && real === true)) reserved.delete(ref);
          expect(await reading(shared, tenantId)).toEqual({
            reservedNanoUsd: [...reserved.values()].reduce((sum, one) => sum + one, 0),
            bookedNanoUsd: booked,
          });
        }
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});

function aBudget(more: object): Budget {
  const parsed = budgetSchema.parse({ id: randomUUID(), window: 'day', limitUsd: 1, ...more });
  const compiled = compileBudgets([parsed]);
  const [budget] = compiled.ok ? compiled.value : [];
  if (budget === undefined) throw new Error('a budget of a test does not compile');
  return budget;
}

function admissionOf(budgets: readonly Budget[], amountNanoUsd = AMOUNT): Admission {
  return { maxOpenJobs: 1e9, reservation: { amountNanoUsd, budgets } };
}

function accept(store: JobStore, ref: JobRef, budgets: readonly Budget[]): Promise<AcceptOutcome> {
  return store.accept(anAcceptCommand(ref, { admission: admissionOf(budgets) }));
}

function settle(store: JobStore, ref: JobRef, costNanoUsd: number): Promise<boolean> {
  const result = aResult(ref, { costNanoUsd });
  return store.settle(ref, { acceptedAtMs: Date.now(), result, attempts: [] });
}

function reading(budget: Budget, tenantId: string): Promise<BudgetReading> {
  return readBudget(redis, { id: budget.id, window: budget.window, scope: tenantId });
}

/** What two stores with clocks a moment apart must agree on. */
function essence(outcome: AcceptOutcome): unknown {
  switch (outcome.kind) {
    case 'created':
      return { kind: 'created', reached: outcome.reached };
    case 'refused': {
      const { by, waitMs } = outcome.refusal;
      return { by, mayFitLater: waitMs !== undefined };
    }
    case 'replayed':
    case 'mismatch':
      return outcome;
  }
}

function isCreated(outcome: unknown): boolean {
  return typeof outcome === 'object' && outcome !== null && 'reached' in outcome;
}

function reachedShares(outcome: AcceptOutcome): number[] | undefined {
  if (outcome.kind !== 'created') return undefined;
  return (outcome.reached ?? []).map(({ share }) => share);
}

function storeAt(index: number): RedisJobStore {
  const store = stores[index % PROCESSES];
  if (store === undefined) throw new Error('no stores were made');
  return store;
}
