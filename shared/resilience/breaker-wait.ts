/** How long a job that only breakers hold up waits at least before the router looks again, and at most beyond the open time. */
const MIN_LOOK_MS = 250;
const MAX_LOOK_MS = 5_000;

/** A job looks again after about this share of its age: thousands that wait for one provider do not all ask every moment. */
const SHARE_OF_AGE = 0.25;

export interface BreakerWaitInput {
  /** Until the first of the breakers may be probed. */
  readonly waitMs: number;
  readonly nowMs: number;
  readonly acceptedAtMs: number;
  readonly deadlineAtMs: number;
  /** In [0, 1). */
  readonly random: number;
}

/**
 * How long a job waits for a breaker; undefined when its deadline comes before the breaker may be probed, so that waiting
 * would be for nothing.
 */
export function waitForBreakerMs(input: BreakerWaitInput): number | undefined {
  const { waitMs, nowMs, acceptedAtMs, deadlineAtMs, random } = input;
  if (nowMs + waitMs >= deadlineAtMs) return undefined;
  const age = nowMs - acceptedAtMs;
  const look = Math.min(MAX_LOOK_MS, Math.max(MIN_LOOK_MS, age * SHARE_OF_AGE));
  const spreadMs = look * (0.5 + random / 2);
  return Math.ceil(Math.min(waitMs + spreadMs, deadlineAtMs - nowMs));
}
