import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAILURE_CLASSES, type FailureClass, failureRule, makeFailure } from '../core/failure.ts';
import { decideNextAttempt, type PastAttempt, waitBeforeMs } from './next-attempt.ts';

const OPEN = { maxAttempts: 3, nowMs: 0, deadlineAtMs: 1_000 };

describe('decideNextAttempt', () => {
  it('tries a job that nothing has happened to, up to the last moment', () => {
    const next = decideNextAttempt({ ...OPEN, past: [], nowMs: 999 });

    expect(next).toEqual({ kind: 'try', excluded: new Map() });
  });

  it.each(FAILURE_CLASSES)('goes on after %s exactly when its class allows it', (failureClass) => {
    const { retrySame, failover } = failureRule(failureClass);

    const next = decideNextAttempt({ ...OPEN, past: [ended('one/a', failureClass)] });

    expect(next.kind).toBe(retrySame || failover ? 'try' : 'give-up');
  });

  it('excludes the deployments whose failures would come again, and only those', () => {
    const past = [ended('one/a', 'auth'), ended('two/b', 'timeout')];

    const next = decideNextAttempt({ ...OPEN, past });

    expect(next).toEqual({ kind: 'try', excluded: new Map([['one/a', 'auth']]) });
  });

  it.each([['the cap is reached', { maxAttempts: 2 }]])(
    'gives up with the last failure when %s',
    (_when, change) => {
      const past = [ended('one/a', 'overloaded'), ended('two/b', 'timeout')];

      const next = decideNextAttempt({ ...OPEN, past, ...change });

      expect(next).toEqual({ kind: 'give-up', failure: past[1]?.failure });
    },
  );

  it.each([0, 1])('ends with the deadline once it has come, after %i attempts', (attempts) => {
    const past = [ended('one/a', 'overloaded')].slice(0, attempts);

    const next = decideNextAttempt({ ...OPEN, past, nowMs: 1_000 });

    expect(next).toMatchObject({ kind: 'give-up', failure: { class: 'deadline' } });
  });

  it('never allows more attempts than the cap, whatever fails', () => {
    const anyPast = fc.array(fc.constantFrom(...FAILURE_CLASSES), { maxLength: 12 });
    fc.assert(
      fc.property(anyPast, fc.integer({ min: 1, max: 10 }), (classes, maxAttempts) => {
        const past = classes.map((failureClass) => ended('one/a', failureClass));

        const next = decideNextAttempt({ ...OPEN, past, maxAttempts });

        expect(next.kind === 'give-up' || past.length < maxAttempts).toBe(true);
      }),
    );
  });
});

describe('waitBeforeMs', () => {
  it('does not wait for a deployment that has not failed this job', () => {
    expect(waitBeforeMs('two/b', [ended('one/a', 'rate_limit', 5_000)], 0.99)).toBe(0);
  });

  it.each([
    ['what the provider asked for', 5_000, 5_000],
    ['nothing where it asked for nothing', 0, 0],
    ['half a minute where it asked for an hour', 3_600_000, 30_000],
  ])('waits %s', (_what, retryAfterMs, expected) => {
    expect(waitBeforeMs('one/a', [ended('one/a', 'rate_limit', retryAfterMs)], 0.5)).toBe(expected);
  });

  it('goes by the last failure of that deployment', () => {
    const past = [ended('one/a', 'rate_limit', 9_000), ended('one/a', 'rate_limit', 100)];

    expect(waitBeforeMs('one/a', past, 0.5)).toBe(100);
  });

  it.each([
    [1, 500],
    [2, 1_000],
    [3, 2_000],
    [5, 8_000],
    [20, 8_000],
  ])('waits after %i failures at random below %i ms', (failures, ceilingMs) => {
    const past = Array.from({ length: failures }, () => ended('one/a', 'server'));

    expect(waitBeforeMs('one/a', past, 0)).toBe(0);
    expect(waitBeforeMs('one/a', past, 0.5)).toBe(ceilingMs / 2);
    expect(waitBeforeMs('one/a', past, 0.999_999)).toBe(ceilingMs - 1);
  });
});

function ended(deployment: string, failureClass: FailureClass, retryAfterMs?: number): PastAttempt {
  const detail = retryAfterMs === undefined ? {} : { retryAfterMs };
  return { deployment, failure: makeFailure(failureClass, 'it broke', detail) };
}
