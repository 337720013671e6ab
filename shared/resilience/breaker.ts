import type { BreakerMemory, BreakerReport, BreakerRules } from '../ports/breaker.ts';

/**
 * The breaker's rules, pure (reliability.md 4 and 6.1). `shared/adapters/redis/lua/breaker.lua` says the same in Lua; a
 * contract test runs both on the same sequences and compares every state.
 */

const WINDOW_SECONDS = 10;

/** The share of failures says nothing of fewer calls. */
const MIN_CALLS = 20;

const MAX_OPEN_MS = 60_000;

/** An open time is this share shorter or longer, so that breakers that opened together are not probed together. */
const JITTER = 0.2;

/** A provider's own wait wins over ours, between these bounds. */
const MIN_OBEYED_MS = 1_000;
const MAX_OBEYED_MS = 300_000;

const PROBES_TO_CLOSE = 3;

/** From the last good probe to full traffic. */
const RAMP_MS = 10_000;
const RAMP_SHARES = [0.1, 0.25, 0.5] as const;

/** What happened this long ago says nothing any more: a breaker that nobody probed is closed again. */
const FORGET_MS = 600_000;

export const CLOSED: BreakerMemory = { consecutive: 0, buckets: {}, trips: 0, goodProbes: 0 };

/**
 * What a breaker lets through. `half-open`: one probe, for which `waitMs` is to be waited while another has it (0 = it is
 * free). `ramp`: this share of all calls.
 */
export type Passage =
  | { readonly kind: 'closed' }
  | { readonly kind: 'open'; readonly waitMs: number }
  | { readonly kind: 'half-open'; readonly waitMs: number }
  | { readonly kind: 'ramp'; readonly share: number };

export function passageOf(breaker: BreakerMemory, nowMs: number): Passage {
  const { openUntilMs, rampFromMs, probe } = settle(breaker, nowMs);
  if (openUntilMs !== undefined) {
    if (nowMs < openUntilMs) return { kind: 'open', waitMs: openUntilMs - nowMs };
    return { kind: 'half-open', waitMs: Math.max(0, (probe?.untilMs ?? 0) - nowMs) };
  }
  if (rampFromMs === undefined) return { kind: 'closed' };
  const step = Math.floor(((nowMs - rampFromMs) * RAMP_SHARES.length) / RAMP_MS);
  return { kind: 'ramp', share: RAMP_SHARES[step] ?? 1 };
}

/** Gives the probe to `holder` when it is free or the holder's already; otherwise nothing changes. */
export function leaseProbe(
  breaker: BreakerMemory,
  { holder, leaseMs, nowMs }: { holder: string; leaseMs: number; nowMs: number },
): { readonly isGranted: boolean; readonly breaker: BreakerMemory } {
  const settled = settle(breaker, nowMs);
  const passage = passageOf(settled, nowMs);
  if (passage.kind === 'open') return { isGranted: false, breaker: settled };
  if (passage.kind !== 'half-open') return { isGranted: true, breaker: settled };
  if (passage.waitMs > 0 && settled.probe?.holder !== holder) {
    return { isGranted: false, breaker: settled };
  }
  return { isGranted: true, breaker: { ...settled, probe: { holder, untilMs: nowMs + leaseMs } } };
}

export interface ReportContext {
  readonly rules: BreakerRules;
  readonly nowMs: number;
  /** In [0, 1). */
  readonly random: number;
}

/** Takes what calls said. What late calls say of an open breaker, or others than the prober of a half-open one, changes nothing. */
export function applyReport(
  breaker: BreakerMemory,
  report: BreakerReport,
  context: ReportContext,
): BreakerMemory {
  const settled = settle(breaker, context.nowMs);
  return settled.openUntilMs === undefined
    ? countCalls(settled, report, context)
    : judgeProbe(settled, report, context);
}

/** Lets go what time has ended: a ramp that is over, trouble that nobody has looked at for long. */
function settle(breaker: BreakerMemory, nowMs: number): BreakerMemory {
  const { openUntilMs, rampFromMs, ...rest } = breaker;
  if (openUntilMs !== undefined) return nowMs >= openUntilMs + FORGET_MS ? CLOSED : breaker;
  if (rampFromMs === undefined || nowMs < rampFromMs + RAMP_MS) return breaker;
  return { ...rest, trips: 0 };
}

function judgeProbe(
  breaker: BreakerMemory,
  report: BreakerReport,
  context: ReportContext,
): BreakerMemory {
  const { probe, ...released } = breaker;
  const isProber = probe !== undefined && probe.holder === report.holder;
  if (!isProber || probe.untilMs <= context.nowMs) return breaker;
  if (report.failure !== undefined) return trip(released, report, context);
  if (report.successes === 0) return released;
  const goodProbes = released.goodProbes + 1;
  if (goodProbes < PROBES_TO_CLOSE) return { ...released, goodProbes };
  return { ...CLOSED, trips: released.trips, rampFromMs: context.nowMs };
}

function countCalls(
  breaker: BreakerMemory,
  report: BreakerReport,
  context: ReportContext,
): BreakerMemory {
  const { successes, failure } = report;
  const calls = successes + (failure === undefined ? 0 : 1);
  if (calls === 0) return breaker;
  const second = Math.floor(context.nowMs / 1_000);
  const kept = Object.entries(breaker.buckets).filter(
    ([at]) => Number(at) > second - WINDOW_SECONDS,
  );
  const [before, failedBefore] = breaker.buckets[String(second)] ?? [0, 0];
  const buckets: BreakerMemory['buckets'] = {
    ...Object.fromEntries(kept),
    [String(second)]: [before + calls, failedBefore + (failure === undefined ? 0 : 1)],
  };
  const inARow = successes > 0 ? 0 : breaker.consecutive;
  const consecutive = inARow + (failure === 'full' ? 1 : 0);
  const counted = { ...breaker, consecutive, buckets };
  return failure !== undefined && isTooMuch(counted, context.rules)
    ? trip(counted, report, context)
    : counted;
}

function isTooMuch({ consecutive, buckets }: BreakerMemory, rules: BreakerRules): boolean {
  if (consecutive >= rules.consecutiveFailures) return true;
  let calls = 0;
  let failures = 0;
  for (const [bucketCalls, bucketFailures] of Object.values(buckets)) {
    calls += bucketCalls;
    failures += bucketFailures;
  }
  return calls >= MIN_CALLS && failures >= rules.failureRatio * calls;
}

function trip(
  { trips }: BreakerMemory,
  { retryAfterMs }: BreakerReport,
  { rules, nowMs, random }: ReportContext,
): BreakerMemory {
  const ours = rules.openMs * 2 ** trips * (1 - JITTER + 2 * JITTER * random);
  const openMs =
    retryAfterMs === undefined
      ? Math.min(MAX_OPEN_MS, ours)
      : Math.min(MAX_OBEYED_MS, Math.max(MIN_OBEYED_MS, retryAfterMs));
  return { ...CLOSED, trips: trips + 1, openUntilMs: nowMs + Math.floor(openMs) };
}
