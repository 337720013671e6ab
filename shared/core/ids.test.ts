import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSafeId, makeJobId, oldestJobId, queueItemId, SAFE_ID } from './ids.ts';

const moment = fc.integer({ min: 0, max: Date.parse('9999-12-31') });

describe('makeJobId', () => {
  it('makes ids that sort by time, whatever their random part', () => {
    fc.assert(
      fc.property(moment, fc.integer({ min: 1, max: 10_000_000_000 }), (earlierMs, laterByMs) => {
        const earlier = makeJobId(earlierMs, () => 'ffffffff-ffff-4fff-bfff-ffffffffffff');
        const later = makeJobId(
          Math.min(earlierMs + laterByMs, Date.parse('9999-12-31') + 1),
          () => '00000000-0000-4000-8000-000000000000',
        );

        expect(earlier < later).toBe(true);
      }),
    );
  });

  it('makes ids that are safe in subjects, keys and BullMQ: no colon, no dot, no integer', () => {
    fc.assert(
      fc.property(moment, fc.uuid(), (nowMs, uuid) => {
        const id = makeJobId(nowMs, () => uuid);

        expect(id).toMatch(SAFE_ID);
        expect(queueItemId(id, 10)).toMatch(SAFE_ID);
        expect(Number.isNaN(Number.parseInt(id, 10))).toBe(true);
      }),
    );
  });

  it('makes different ids in the same millisecond', () => {
    const ids = new Set(Array.from({ length: 1_000 }, () => makeJobId(1, randomUUID)));

    expect(ids.size).toBe(1_000);
  });
});

describe('oldestJobId', () => {
  it('sorts before every id of its millisecond and after every id of the one before', () => {
    const atMs = Date.parse('2026-11-22');
    const before = makeJobId(atMs - 1, () => 'f'.repeat(32));
    const same = makeJobId(atMs, () => '0'.repeat(32));

    expect([same, oldestJobId(atMs), before].toSorted()).toEqual([before, oldestJobId(atMs), same]);
  });

  it('is the first of all for a time before the epoch', () => {
    expect(oldestJobId(-1)).toBe(oldestJobId(0));
  });
});

describe('isSafeId', () => {
  it.each(['', 'a.b', 'a:b', 'a*', 'a>', 'a b', 'a/b', 'ü', 'a\n', 'x'.repeat(65)])(
    'refuses %j',
    (value) => {
      expect(isSafeId(value)).toBe(false);
    },
  );

  it.each(['a', 'A-Z_09', 'x'.repeat(64)])('takes %j', (value) => {
    expect(isSafeId(value)).toBe(true);
  });
});
