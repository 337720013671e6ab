import { describe, expect, it } from 'vitest';
import { waitForBreakerMs } from './breaker-wait.ts';

const YOUNG = { waitMs: 0, nowMs: 1_000, acceptedAtMs: 1_000, deadlineAtMs: 100_000, random: 0 };

describe('waitForBreakerMs', () => {
  it.each([
    ['a moment for a probe of another', {}, 125],
    ['the open time and a moment', { waitMs: 3_000, random: 1 }, 3_250],
    ['longer the older the job is', { nowMs: 9_000, random: 1 }, 2_000],
    ['five seconds at most on top', { nowMs: 90_000, random: 1 }, 5_000],
    ['no longer than the deadline', { nowMs: 99_000, random: 1 }, 1_000],
  ])('waits %s', (_how, change, delayMs) => {
    expect(waitForBreakerMs({ ...YOUNG, ...change })).toBe(delayMs);
  });

  it('does not wait for a breaker that may be probed only at the deadline or later', () => {
    expect(waitForBreakerMs({ ...YOUNG, waitMs: 98_999 })).toBeDefined();
    expect(waitForBreakerMs({ ...YOUNG, waitMs: 99_000 })).toBeUndefined();
  });
});
