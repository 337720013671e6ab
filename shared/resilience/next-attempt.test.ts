import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Interruption } from '../contracts/events/job-entry.ts';
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

describe('an attempt that ended with its worker', () => {
  it.each([1, 2])('costs the job no attempt, %i times', (times) => {
    const past = Array.from({ length: times }, () => cutShort('worker-gone'));

    const next = decideNextAttempt({ ...OPEN, past, maxAttempts: 1 });

    expect(next).toEqual({ kind: 'try', excluded: new Map() });
  });

  it('makes the job poison the third time that a worker died of it', () => {
    const past = [cutShort('worker-gone'), cutShort('shutdown'), cutShort('worker-gone')];

    const second = decideNextAttempt({ ...OPEN, past });
    const third = decideNextAttempt({ ...OPEN, past: [...past, cutShort('worker-gone')] });

    expect(second.kind).toBe('try');
    expect(third).toMatchObject({ kind: 'give-up', failure: { class: 'poison' } });
  });

  it('ends the job after ten shutdowns', () => {
    const past = Array.from({ length: 10 }, () => cutShort('shutdown'));

    expect(decideNextAttempt({ ...OPEN, past: past.slice(1) }).kind).toBe('try');
    expect(decideNextAttempt({ ...OPEN, past }).kind).toBe('give-up');
  });

  it('does not make the attempts of providers count for less', () => {
    const past = [ended('one/a', 'server'), cutShort('worker-gone'), ended('one/a', 'timeout')];

    const next = decideNextAttempt({ ...OPEN, past, maxAttempts: 2 });

    expect(next).toMatchObject({ kind: 'give-up', failure: { class: 'timeout' } });
  });
});

describe('a wait that a provider asks for', () => {
  it.each([
    [999, []],
    [1_000, ['one/a']],
  ])('of %i ms excludes it when the job has no more time: %j', (retryAfterMs, expected) => {
    const past = [ended('one/a', 'rate_limit', retryAfterMs)];

    const next = decideNextAttempt({ ...OPEN, past });

    expect(next.kind === 'try' && [...next.excluded.keys()]).toEqual(expected);
  });
});

describe('waitBeforeMs', () => {
  it('does not wait for a deployment that has not failed this job', () => {
    expect(waitBeforeMs('two/b', [ended('one/a', 'rate_limit', 5_000)], at(0, 0.99))).toBe(0);
  });

  it.each([
    ['what the provider asked for', 5_000, 5_000],
    ['nothing where it asked for nothing', 0, 0],
    ['an hour where it asked for an hour', 3_600_000, 3_600_000],
  ])('waits %s', (_what, retryAfterMs, expected) => {
    const past = [ended('one/a', 'rate_limit', retryAfterMs)];

    expect(waitBeforeMs('one/a', past, at(0, 0.5))).toBe(expected);
  });

  it.each([
    [2_000, 3_000],
    [6_000, 0],
  ])('counts the wait from the end of the attempt: %i ms later', (nowMs, expected) => {
    const past = [ended('one/a', 'rate_limit', 5_000)];

    expect(waitBeforeMs('one/a', past, at(nowMs, 0.5))).toBe(expected);
  });

  it('waits twice as long at random where it was asked too often', () => {
    expect(waitBeforeMs('one/a', [ended('one/a', 'rate_limit')], at(0, 0.5))).toBe(500);
  });

  it('does not wait for a deployment whose worker died', () => {
    expect(waitBeforeMs('one/a', [cutShort('worker-gone')], at(0, 0.5))).toBe(0);
  });

  it('goes by the last failure of that deployment', () => {
    const past = [ended('one/a', 'rate_limit', 9_000), ended('one/a', 'rate_limit', 100)];

    expect(waitBeforeMs('one/a', past, at(0, 0.5))).toBe(100);
  });

  it.each([
    [1, 500],
    [2, 1_000],
    [3, 2_000],
    [5, 8_000],
    [20, 8_000],
  ])('waits after %i failures at random below %i ms', (failures, ceilingMs) => {
    const past = Array.from({ length: failures }, () => ended('one/a', 'server'));

    expect(waitBeforeMs('one/a', past, at(0, 0))).toBe(0);
    expect(waitBeforeMs('one/a', past, at(0, 0.5))).toBe(ceilingMs / 2);
    expect(waitBeforeMs('one/a', past, at(0, 0.999_999))).toBe(ceilingMs - 1);
  });
});

function at(nowMs: number, random: number) {
  return { nowMs, random };
}

function ended(deployment: string, failureClass: FailureClass, retryAfterMs?: number): PastAttempt {
  const detail = retryAfterMs === undefined ? {} : { retryAfterMs };
  return { deployment, failure: makeFailure(failureClass, 'it broke', detail), endedAtMs: 0 };
}

function cutShort(interrupted: Interruption): PastAttempt {
  return { ...ended('one/a', 'server'), interrupted };
}
