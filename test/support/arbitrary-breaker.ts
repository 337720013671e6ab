import fc from 'fast-check';
import type { BreakerReport } from '../../shared/ports/breaker.ts';

/** What may happen to a breaker: time passes, its probe is asked for, a call is reported. */
export type BreakerStep =
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'lease'; readonly holder: string; readonly leaseMs: number }
  | { readonly kind: 'report'; readonly report: BreakerReport; readonly random: number };

const holder = fc.constantFrom('job-1', 'job-2');
const random = fc.double({ min: 0, max: 0.999, noNaN: true });
const leaseMs = fc.constantFrom(1, 900, 5_000);

const wait = fc
  .oneof(
    fc.integer({ min: 0, max: 3_000 }),
    fc.constantFrom(4_000, 6_000, 9_999, 10_000, 12_000, 61_000, 400_000, 700_000),
  )
  .map((ms) => [waiting(ms)]);

const anyLease = fc
  .record({ holder, leaseMs })
  .map((asked) => [{ kind: 'lease' as const, ...asked }]);

const anyReport = fc
  .record({
    random,
    report: fc.record(
      {
        successes: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 30 })),
        failure: fc.constantFrom('full' as const, 'ratio' as const),
        retryAfterMs: fc.constantFrom(0, 700, 2_500, 90_000, 4_000_000),
        holder,
      },
      { requiredKeys: ['successes'] },
    ),
  })
  .map((said) => [{ kind: 'report' as const, ...said }]);

/** About as many failures as open it, by their row or by their share. */
const outage = fc
  .record({ random, failures: fc.integer({ min: 4, max: 6 }) })
  .map((of) => failing('full', of));
const brownout = fc
  .record({
    random,
    failures: fc.integer({ min: 8, max: 12 }),
    successes: fc.integer({ min: 8, max: 12 }),
  })
  .map(({ successes, ...of }) => [reporting({ successes }), ...failing('ratio', of)]);

/** Long enough for any open time, or about as long as the first ones; then probes, most of them good and in time. */
const recovery = fc
  .record({
    afterMs: fc.constantFrom(4_500, 11_000, 61_000, 61_000),
    probes: fc.array(
      fc.record({
        takesMs: fc.constantFrom(0, 0, 0, 899, 900),
        report: fc.constantFrom<BreakerReport>(
          ...[1, 1, 1, 1, 0].map((successes) => ({ successes, holder: 'job-1' })),
          { successes: 0, failure: 'ratio', holder: 'job-1' },
        ),
      }),
      { minLength: 2, maxLength: 4 },
    ),
  })
  .map(({ afterMs, probes }) => [
    waiting(afterMs),
    ...probes.flatMap(({ takesMs, report }) => [
      { kind: 'lease' as const, holder: 'job-1', leaseMs: 900 },
      waiting(takesMs),
      reporting(report),
    ]),
  ]);

/** Sequences that reach every state of a breaker: outages and recoveries, with anything between. */
export const anyBreakerSteps: fc.Arbitrary<BreakerStep[]> = fc
  .array(fc.oneof(wait, anyLease, anyReport, outage, brownout, recovery, recovery), {
    minLength: 4,
    maxLength: 20,
  })
  .map((scenes) => scenes.flat());

function waiting(ms: number): BreakerStep {
  return { kind: 'wait', ms };
}

function reporting(report: BreakerReport, at = 0.5): BreakerStep {
  return { kind: 'report', report, random: at };
}

function failing(
  failure: 'full' | 'ratio',
  of: { readonly failures: number; readonly random: number },
): BreakerStep[] {
  return Array.from({ length: of.failures }, () => reporting({ successes: 0, failure }, of.random));
}
