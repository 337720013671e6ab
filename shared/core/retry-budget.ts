/**
 * A budget of retries (reliability.md 6.3): a retry takes from it, and what succeeds gives back. In normal running it is
 * full; in an outage it runs dry after a burst, and then only what time brings is retried, so that retries cannot multiply
 * the load of a fleet that is failing already.
 */
export interface BudgetRule {
  readonly capacity: number;
  /** A retry is let through while more than this is left after it. */
  readonly reserve: number;
  /** What time gives back, so that a fleet that got no jobs recovers too. */
  readonly perSecond: number;
}

/** Retries at the provider that failed: gRPC's rule, none below half. */
export const SAME_PROVIDER: BudgetRule = { capacity: 10, reserve: 5, perSecond: 0.1 };

/**
 * Retries elsewhere, over the whole fleet. Finding two of five providers dead takes 35 to 54 of them at 10 jobs a second;
 * refusing these would fail the very jobs that the other three can do.
 */
export const FAILOVER: BudgetRule = { capacity: 100, reserve: 0, perSecond: 0.3 };

/** A first call that succeeded: ten of them pay for one retry. */
export const EARNED_BY_SUCCESS = 0.1;

/** A retry that succeeded has cost nothing: only those that fail make an outage worse. */
export const EARNED_BY_RETRY = 1;

/** A timeout costs twice: it held a connection for its whole length. */
export function costOfRetry(lastFailure: string): number {
  return lastFailure === 'timeout' ? 2 : 1;
}

/** What was left, and when. */
export interface BudgetState {
  readonly left: number;
  readonly atMs: number;
}

/** The budget at a later moment, with what was earned since; never above its capacity. A clock that went back is ignored. */
export function refill(
  rule: BudgetRule,
  { left, atMs }: BudgetState,
  { nowMs, earned }: { readonly nowMs: number; readonly earned: number },
): BudgetState {
  const byTime = (Math.max(0, nowMs - atMs) / 1_000) * rule.perSecond;
  return { left: Math.min(rule.capacity, left + byTime + earned), atMs: Math.max(nowMs, atMs) };
}

/** Takes `cost`, if the reserve stays; undefined when it does not. */
export function spend(rule: BudgetRule, state: BudgetState, cost: number): BudgetState | undefined {
  const left = state.left - cost;
  return left < rule.reserve ? undefined : { ...state, left };
}
