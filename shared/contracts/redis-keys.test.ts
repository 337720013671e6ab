import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromOpenMember, REDIS_PREFIX, redisKeys, toOpenMember } from './redis-keys.ts';

const safeId = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
const anyRef = fc.record({ tenantId: safeId, jobId: safeId });

describe('redisKeys', () => {
  it('are different for different jobs and tenants', () => {
    fc.assert(
      fc.property(anyRef, anyRef, (ref, other) => {
        const isSame = ref.tenantId === other.tenantId && ref.jobId === other.jobId;

        expect(redisKeys.job(ref) === redisKeys.job(other)).toBe(isSame);
      }),
    );
  });

  it('all begin with one hash tag, so that a script may touch several on a cluster', () => {
    const keys = [
      redisKeys.job({ tenantId: 't', jobId: 'j' }),
      redisKeys.idempotency('t', 'digest'),
      redisKeys.tenantJobs('t'),
      redisKeys.openJobs(),
      redisKeys.ledger('t', '20261122'),
      redisKeys.apiKey('digest'),
      redisKeys.ticket('digest'),
      redisKeys.keyMinute('t', 'k'),
      redisKeys.keyOpen('t', 'k'),
      redisKeys.budget({ id: 'b', window: 'day', scope: 't' }),
      redisKeys.waste('t', '20261122'),
      redisKeys.lease('reconciler'),
      redisKeys.breaker('one.digest'),
      redisKeys.breakers(),
    ];

    expect(keys.filter((key) => !key.startsWith(`${REDIS_PREFIX}:`))).toEqual([]);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('a member of the open set', () => {
  it('leads back to its job', () => {
    fc.assert(
      fc.property(anyRef, (ref) => {
        expect(fromOpenMember(toOpenMember(ref))).toEqual(ref);
      }),
    );
  });
});
