import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BreakerMemory, BreakerReport } from '../ports/breaker.ts';
import { applyReport, CLOSED, leaseProbe, passageOf } from './breaker.ts';

const RULES = { consecutiveFailures: 5, failureRatio: 0.5, openMs: 5_000 };
const NOW_MS = Date.parse('2026-11-22T12:00:00Z');
const GOOD: BreakerReport = { successes: 1 };
const FULL: BreakerReport = { successes: 0, failure: 'full' };
const RATIO: BreakerReport = { successes: 0, failure: 'ratio' };

describe('a closed breaker', () => {
  it('opens at the configured number of failures in a row, not before', () => {
    const before = times(4, FULL);
    const after = report(before, FULL);

    expect(passageOf(before, NOW_MS)).toEqual({ kind: 'closed' });
    expect(passageOf(after, NOW_MS)).toEqual({ kind: 'open', waitMs: 5_000 });
  });

  it('begins to count anew at every good call', () => {
    const breaker = report(times(4, FULL), { successes: 1, failure: 'full' });

    expect(passageOf(times(3, FULL, { from: breaker }), NOW_MS).kind).toBe('closed');
    expect(passageOf(times(4, FULL, { from: breaker }), NOW_MS).kind).toBe('open');
  });

  it('does not open by a row of failures that say only that the provider is busy', () => {
    expect(passageOf(times(19, RATIO), NOW_MS).kind).toBe('closed');
  });

  it('opens at the share of failures, of whichever kind, once there were twenty calls', () => {
    const nine = times(9, RATIO, { from: report(CLOSED, { successes: 10 }) });

    expect(passageOf(nine, NOW_MS).kind).toBe('closed');
    expect(passageOf(report(nine, RATIO), NOW_MS).kind).toBe('open');
  });

  it('forgets a call after ten seconds', () => {
    const nine = times(9, RATIO, { from: report(CLOSED, { successes: 10 }) });

    expect(passageOf(report(nine, RATIO, NOW_MS + 9_999), NOW_MS + 9_999).kind).toBe('open');
    expect(passageOf(report(nine, RATIO, NOW_MS + 10_000), NOW_MS + 10_000).kind).toBe('closed');
  });
});

describe('an open breaker', () => {
  it.each([
    ['a fifth shorter', { trips: 1, random: 0, openMs: 4_000 }],
    ['a fifth longer', { trips: 1, random: 0.999_999, openMs: 5_999 }],
    ['twice as long after a bad probe', { trips: 2, random: 0.5, openMs: 10_000 }],
    ['four times as long after two', { trips: 3, random: 0.5, openMs: 20_000 }],
    ['never longer than a minute', { trips: 9, random: 0.999_999, openMs: 60_000 }],
  ])('stays so %s', (_how, { trips, random, openMs }) => {
    expect(tripped(trips, random).openUntilMs).toBe(NOW_MS + openMs);
  });

  it.each([
    [30_000, 30_000],
    [90_000, 90_000],
    [1, 1_000],
    [9_000_000, 300_000],
  ])('stays so for the %i ms that the provider asks for, within bounds: %i', (asked, openMs) => {
    const breaker = report(times(4, FULL), { ...FULL, retryAfterMs: asked });

    expect(passageOf(breaker, NOW_MS)).toEqual({ kind: 'open', waitMs: openMs });
  });

  it('takes no notice of calls that were made before it opened', () => {
    const breaker = tripped(1);

    expect(report(breaker, { successes: 50, failure: 'full' })).toEqual(breaker);
  });
});

describe('a half-open breaker', () => {
  it('gives its probe to one, until that one has reported or its lease is over', () => {
    const breaker = tripped(1);
    const first = lease(breaker, 'job-1');

    expect(first.isGranted).toBe(true);
    expect(lease(first.breaker, 'job-2').isGranted).toBe(false);
    expect(lease(first.breaker, 'job-1').isGranted).toBe(true);
    expect(lease(first.breaker, 'job-2', HALF_OPEN_MS + LEASE_MS).isGranted).toBe(true);
    expect(lease(probe(breaker, { successes: 0 }), 'job-2').isGranted).toBe(true);
  });

  it('gives none while it is open', () => {
    expect(lease(tripped(1), 'job-1', NOW_MS + 4_999).isGranted).toBe(false);
  });

  it('takes no notice of others than its prober, or of a prober that is too late', () => {
    const { breaker } = lease(tripped(1), 'job-1');

    expect(report(breaker, { ...FULL, holder: 'job-2' }, HALF_OPEN_MS)).toEqual(breaker);
    expect(report(breaker, FULL, HALF_OPEN_MS)).toEqual(breaker);
    const late = HALF_OPEN_MS + LEASE_MS;
    expect(report(breaker, { ...GOOD, holder: 'job-1' }, late)).toEqual(breaker);
  });

  it('opens again at the first bad probe, of whichever kind', () => {
    const breaker = probe(probe(tripped(1), GOOD), RATIO);

    expect(breaker).toMatchObject({ trips: 2, goodProbes: 0 });
    expect(passageOf(breaker, HALF_OPEN_MS)).toEqual({ kind: 'open', waitMs: 10_000 });
  });

  it('is closed again when nobody has looked at it for ten minutes', () => {
    expect(passageOf(tripped(1), HALF_OPEN_MS + 600_000)).toEqual({ kind: 'closed' });
  });
});

describe('a breaker whose three probes were good', () => {
  it.each([
    [0, { kind: 'ramp', share: 0.1 }],
    [3_400, { kind: 'ramp', share: 0.25 }],
    [6_700, { kind: 'ramp', share: 0.5 }],
    [9_999, { kind: 'ramp', share: 0.5 }],
    [10_000, { kind: 'closed' }],
  ])('lets more through after %i ms', (afterMs, passage) => {
    expect(passageOf(ramping(), HALF_OPEN_MS + afterMs)).toEqual(passage);
  });

  it('stays open longer when it opens again on the ramp, and not when after it', () => {
    const onRamp = times(5, FULL, { from: ramping(), nowMs: HALF_OPEN_MS + 9_999 });
    const after = times(5, FULL, { from: ramping(), nowMs: HALF_OPEN_MS + 10_000 });

    expect([onRamp.trips, after.trips]).toEqual([2, 1]);
  });
});

describe('any breaker', () => {
  it('whatever happens, goes only the ways there are, closes only by three good probes, and holds its bounds', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 120 }), (steps) => {
        let nowMs = NOW_MS;
        let breaker = CLOSED;
        for (const { waitMs, holder, said } of steps) {
          nowMs += waitMs;
          breaker = leaseProbe(breaker, { holder, leaseMs: LEASE_MS, nowMs }).breaker;
          const before = { ...breaker, passage: passageOf(breaker, nowMs).kind };
          breaker = applyReport(breaker, said, { rules: RULES, nowMs, random: 0.5 });
          const passage = passageOf(breaker, nowMs).kind;

          expect(Object.keys(breaker.buckets).length).toBeLessThanOrEqual(10);
          expect((breaker.openUntilMs ?? 0) - nowMs).toBeLessThanOrEqual(60_000);
          expect(WAYS_ON[before.passage]).toContain(passage);
          expect(breaker.goodProbes - before.goodProbes).toBeLessThanOrEqual(1);
          const isClosing = before.passage === 'half-open' && passage === 'ramp';
          expect(isClosing ? before.goodProbes : 2, 'the third good probe').toBe(2);
          const isProber = before.probe?.holder === said.holder;
          expect(before.passage !== 'half-open' || isProber || breaker.trips === before.trips).toBe(
            true,
          );
        }
      }),
    );
  });
});

/** What one report may lead to. */
const WAYS_ON = {
  closed: ['closed', 'open'],
  open: ['open'],
  'half-open': ['half-open', 'open', 'ramp'],
  ramp: ['ramp', 'open'],
} as const;

const LEASE_MS = 2_000;
/** When a breaker that opened once at `NOW_MS` is half-open. */
const HALF_OPEN_MS = NOW_MS + 5_000;

const anyHolder = fc.constantFrom('job-1', 'job-2');
const anyStep = fc.record({
  waitMs: fc.constantFrom(0, 0, 0, 100, 1_000, 1_999, 6_000, 30_000),
  holder: anyHolder,
  said: fc.record(
    {
      successes: fc.constantFrom(0, 0, 1),
      failure: fc.constantFrom('full', 'ratio'),
      holder: anyHolder,
    },
    { requiredKeys: ['successes'] },
  ),
});

function report(breaker: BreakerMemory, said: BreakerReport, nowMs = NOW_MS) {
  return applyReport(breaker, said, { rules: RULES, nowMs, random: 0.5 });
}

function times(
  count: number,
  said: BreakerReport,
  { from = CLOSED, nowMs = NOW_MS } = {},
): BreakerMemory {
  let breaker = from;
  for (let done = 0; done < count; done += 1) breaker = report(breaker, said, nowMs);
  return breaker;
}

function lease(breaker: BreakerMemory, holder: string, nowMs = HALF_OPEN_MS) {
  return leaseProbe(breaker, { holder, leaseMs: LEASE_MS, nowMs });
}

function probe(breaker: BreakerMemory, said: BreakerReport, nowMs = HALF_OPEN_MS): BreakerMemory {
  const leased = lease(breaker, 'job-1', nowMs).breaker;
  return report(leased, { ...said, holder: 'job-1' }, nowMs);
}

/** Opened now for the time of that number since it was last whole. */
function tripped(trips: number, random = 0.5): BreakerMemory {
  const before: BreakerMemory = { ...CLOSED, trips: trips - 1, consecutive: 4 };
  return applyReport(before, FULL, { rules: RULES, nowMs: NOW_MS, random });
}

function ramping(): BreakerMemory {
  return [GOOD, GOOD, GOOD].reduce((breaker, said) => probe(breaker, said), tripped(1));
}
