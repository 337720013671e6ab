import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BudgetState,
  costOfRetry,
  EARNED_BY_SUCCESS,
  FAILOVER,
  refill,
  SAME_PROVIDER,
  spend,
} from './retry-budget.ts';

const FULL: BudgetState = { left: FAILOVER.capacity, atMs: 0 };

describe('a budget of retries', () => {
  it.each([
    ['failover', FAILOVER, 100],
    ['the same provider', SAME_PROVIDER, 5],
  ])('lets a burst through for %s, and then no more', (_name, rule, burst) => {
    let state: BudgetState | undefined = { left: rule.capacity, atMs: 0 };
    let taken = 0;
    while (state !== undefined) {
      state = spend(rule, state, 1);
      if (state !== undefined) taken += 1;
    }

    expect(taken).toBe(burst);
  });

  it('is paid for by ten successes a retry', () => {
    const empty = { left: 0, atMs: 0 };
    const nine = refill(FAILOVER, empty, { nowMs: 0, earned: 9 * EARNED_BY_SUCCESS });
    const ten = refill(FAILOVER, empty, { nowMs: 0, earned: 10 * EARNED_BY_SUCCESS });

    expect(spend(FAILOVER, nine, 1)).toBeUndefined();
    expect(spend(FAILOVER, ten, 1)).toBeDefined();
  });

  it('comes back with time alone, and not above its capacity', () => {
    expect(refill(FAILOVER, { left: 0, atMs: 0 }, { nowMs: 10_000, earned: 0 }).left).toBeCloseTo(
      3,
    );
    expect(refill(FAILOVER, FULL, { nowMs: 1e9, earned: 1e9 }).left).toBe(FAILOVER.capacity);
  });

  it('charges a timeout twice', () => {
    expect([costOfRetry('timeout'), costOfRetry('server')]).toEqual([2, 1]);
  });

  it('never lets more through than its burst and what was earned, whatever happens in which order', () => {
    const step = fc.record({
      waitMs: fc.integer({ min: -5_000, max: 5_000 }),
      earned: fc.integer({ min: 0, max: 3 }),
      cost: fc.integer({ min: 0, max: 2 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        let state = FULL;
        let nowMs = 0;
        let latestMs = 0;
        let earnedAll = 0;
        let spentAll = 0;
        for (const { waitMs, earned, cost } of steps) {
          nowMs += waitMs;
          latestMs = Math.max(latestMs, nowMs);
          earnedAll += earned;
          state = refill(FAILOVER, state, { nowMs, earned });
          const after = spend(FAILOVER, state, cost);
          if (after === undefined) continue;
          state = after;
          spentAll += cost;
        }

        const most = FAILOVER.capacity + earnedAll + (latestMs / 1_000) * FAILOVER.perSecond;
        expect(spentAll).toBeLessThanOrEqual(most + 1e-6);
      }),
    );
  });
});
