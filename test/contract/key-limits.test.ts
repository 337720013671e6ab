import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { RedisJobStore } from '../../shared/adapters/redis/job-store.ts';
import type { JobRef } from '../../shared/core/ids.ts';
import type { KeyAdmission } from '../../shared/ports/admission.ts';
import { BrokerConnections } from '../support/broker-connections.ts';
import { anAcceptCommand, aResult, newRef } from '../support/builders.ts';

const PROCESSES = 8;

const connections = new BrokerConnections();
let stores: RedisJobStore[];

beforeAll(async () => {
  stores = await Promise.all(
    Array.from({ length: PROCESSES }, async () => {
      const redis = await connections.redis(inject('redisUrl'));
      return new RedisJobStore(redis, { jobHours: 24, ledgerDays: 400 });
    }),
  );
});

afterAll(() => connections.close());

describe('what a key may ask for', () => {
  it('is exact for requests, tokens and jobs at once, whoever of many intakes is asked', async () => {
    const cases: [KeyAdmission, number][] = [
      [{ limits: { requestsPerMinute: 7 }, tokens: 0 }, 7],
      [{ limits: { tokensPerMinute: 100 }, tokens: 30 }, 3],
      [{ limits: { tokensPerMinute: 100 }, tokens: 5_000 }, 1],
      [{ limits: { concurrentJobs: 5 }, tokens: 0 }, 5],
    ];

    for (const [key, expected] of cases) {
      const tenantId = `t${randomUUID()}`;
      const admission = { maxOpenJobs: 1e9, key };
      const outcomes = await Promise.all(
        Array.from({ length: 60 }, (_, client) =>
          storeAt(client).accept(anAcceptCommand(newRef(tenantId), { admission })),
        ),
      );
      expect(outcomes.filter((outcome) => outcome.kind === 'created')).toHaveLength(expected);
    }
  });

  it('gives a place back with each job that ends or is given up, once', async () => {
    const tenantId = `t${randomUUID()}`;
    const admission = { maxOpenJobs: 1e9, key: { limits: { concurrentJobs: 3 }, tokens: 0 } };
    const refs = [newRef(tenantId), newRef(tenantId), newRef(tenantId)];
    for (const ref of refs) await storeAt(0).accept(anAcceptCommand(ref, { admission }));
    const [first, second] = refs;

    for (const store of [storeAt(0), storeAt(1)]) {
      if (first !== undefined) await settle(store, first, 5);
      if (second !== undefined) await store.abandon(second);
    }
    const outcomes = [];
    for (let count = 0; count < 4; count += 1) {
      outcomes.push(await storeAt(0).accept(anAcceptCommand(newRef(tenantId), { admission })));
    }

    expect(outcomes.filter((outcome) => outcome.kind === 'created')).toHaveLength(2);
  });

  it('does not matter once the whole system is full', async () => {
    const outcome = await storeAt(0).accept(
      anAcceptCommand(newRef(), { admission: { maxOpenJobs: 1 } }),
    );

    expect(outcome).toEqual({ kind: 'refused', refusal: { by: 'open-jobs', waitMs: 1_000 } });
  });
});

function settle(store: RedisJobStore, ref: JobRef, costNanoUsd: number): Promise<boolean> {
  const result = aResult(ref, { costNanoUsd });
  return store.settle(ref, { acceptedAtMs: Date.now(), result, attempts: [] });
}

function storeAt(index: number): RedisJobStore {
  const store = stores[index % PROCESSES];
  if (store === undefined) throw new Error('no stores were made');
  return store;
}
