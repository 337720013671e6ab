import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { RedisJobStore } from '../../shared/adapters/redis/job-store.ts';
import { redisKeys } from '../../shared/contracts/redis-keys.ts';
import type { JobRef } from '../../shared/core/ids.ts';
import { BrokerConnections } from '../support/broker-connections.ts';
import { anAcceptCommand, aResult, newRef } from '../support/builders.ts';
import { MemoryJobStore } from '../support/memory-job-store.ts';
import { describeJobIndex } from './job-index.contract.ts';
import { describeJobStore } from './job-store.contract.ts';

const connections = new BrokerConnections();
const ACCEPTED_AT_MS = Date.parse('2026-11-22T23:59:59.999Z');
let redis: Redis;
let store: RedisJobStore;

beforeAll(async () => {
  redis = await connections.redis(inject('redisUrl'));
  store = new RedisJobStore(redis, { jobHours: 24, ledgerDays: 400 });
});

afterAll(() => connections.close());

describeJobStore('Redis', () => store);
describeJobIndex('Redis', () => store);

const memoryStore = new MemoryJobStore();
describeJobStore('the tests, in memory', () => memoryStore);
describeJobIndex('the tests, in memory', () => memoryStore);

it('writes one ledger row a job, on the day of its acceptance, however often it is settled', async () => {
  const ref = newRef();
  await accept(ref);

  await settle(ref, 1_234);
  await settle(ref, 9_999);

  const ledger = await redis.hgetall(redisKeys.ledger(ref.tenantId, '20261122'));
  expect(Object.keys(ledger)).toEqual([ref.jobId]);
  expect(JSON.parse(ledger[ref.jobId] ?? '')).toMatchObject({
    costNanoUsd: 1_234,
    deployment: 'one/a',
    outcome: 'completed',
  });
});

it('writes no ledger row for a job that used nothing', async () => {
  const ref = newRef();
  await accept(ref);

  await settle(ref, undefined);

  expect(await redis.exists(redisKeys.ledger(ref.tenantId, '20261122'))).toBe(0);
});

it('books the waste of a job apart from what its tenant pays, once', async () => {
  const ref = newRef();
  await accept(ref);

  for (const wasteNanoUsd of [77, 99]) {
    const result = aResult(ref, { costNanoUsd: 5 });
    const settled = { acceptedAtMs: ACCEPTED_AT_MS, result, attempts: [], wasteNanoUsd };
    await store.settle(ref, settled);
  }

  const waste = await redis.hgetall(redisKeys.waste(ref.tenantId, '20261122'));
  expect(waste).toEqual({ [ref.jobId]: '{"costNanoUsd":77}' });
  const ledger = await redis.hgetall(redisKeys.ledger(ref.tenantId, '20261122'));
  expect(JSON.parse(ledger[ref.jobId] ?? '')).toMatchObject({ costNanoUsd: 5 });
});

it('keeps an open job without a bound, a settled one and its ledger row for their time', async () => {
  const ref = newRef();
  await accept(ref);
  const whileOpen = await redis.pttl(redisKeys.job(ref));

  await settle(ref, 1);

  expect(whileOpen).toBe(-1);
  expect(await redis.pttl(redisKeys.job(ref))).toBeGreaterThan(23 * 3_600_000);
  expect(await redis.pttl(redisKeys.ledger(ref.tenantId, '20261122'))).toBeGreaterThan(
    399 * 86_400_000,
  );
});

it('goes on after Redis has forgotten the scripts, as after a restart', async () => {
  await redis.script('FLUSH');

  await expect(accept(newRef())).resolves.toMatchObject({ kind: 'created' });
});

it('fails at once instead of waiting while Redis is away', async () => {
  const away = await connections.redis(inject('redisUrl'));
  const lonely = new RedisJobStore(away, { jobHours: 24, ledgerDays: 400 });
  away.disconnect();

  await expect(lonely.get(newRef())).rejects.toThrow(/writeable|closed/);
});

function accept(ref: JobRef) {
  return store.accept(anAcceptCommand(ref));
}

function settle(ref: JobRef, costNanoUsd: number | undefined) {
  const result = aResult(ref, { costNanoUsd });
  return store.settle(ref, { acceptedAtMs: ACCEPTED_AT_MS, result, attempts: [] });
}
