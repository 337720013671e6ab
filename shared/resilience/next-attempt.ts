import { type Failure, failureRule, makeFailure } from '../core/failure.ts';

/** Backoff before the same deployment is asked again: full jitter under base × 2^n (reliability.md 6.3). */
const BACKOFF_BASE_MS = 500;
const BACKOFF_MAX_MS = 8_000;

/** A provider's wait is obeyed up to this; beyond it the job goes elsewhere, or waits no longer than this. */
const MAX_OBEYED_WAIT_MS = 30_000;

/** One attempt that is over. */
export interface PastAttempt {
  readonly deployment: string;
  readonly failure: Failure;
}

export interface NextAttemptInput {
  readonly past: readonly PastAttempt[];
  readonly maxAttempts: number;
  readonly nowMs: number;
  readonly deadlineAtMs: number;
}

/** `try`: plan another attempt without the excluded deployments. `give-up`: the job ends with this failure. */
export type NextAttempt =
  | { readonly kind: 'try'; readonly excluded: ReadonlyMap<string, string> }
  | { readonly kind: 'give-up'; readonly failure: Failure };

/** Whether a job gets another attempt: the classes' rules, the cap and the deadline, and nothing else. */
export function decideNextAttempt(input: NextAttemptInput): NextAttempt {
  const { past, maxAttempts, nowMs, deadlineAtMs } = input;
  if (nowMs >= deadlineAtMs) {
    return { kind: 'give-up', failure: makeFailure('deadline', 'the job missed its deadline') };
  }
  const last = past.at(-1);
  if (last === undefined) return { kind: 'try', excluded: new Map() };
  const rule = failureRule(last.failure.class);
  const mayGoOn = rule.retrySame || rule.failover;
  if (!mayGoOn || past.length >= maxAttempts) return { kind: 'give-up', failure: last.failure };
  const excluded = new Map(
    past
      .filter((one) => !failureRule(one.failure.class).retrySame)
      .map((one) => [one.deployment, one.failure.class]),
  );
  return { kind: 'try', excluded };
}

/**
 * How long to wait before `deployment` is called: nothing for one that has not failed this job, else what it asked for,
 * else exponential with full jitter. `random` is in [0, 1).
 */
export function waitBeforeMs(
  deployment: string,
  past: readonly PastAttempt[],
  random: number,
): number {
  const failures = past.filter((one) => one.deployment === deployment);
  const last = failures.at(-1);
  if (last === undefined) return 0;
  const { retryAfterMs } = last.failure;
  if (retryAfterMs !== undefined) return Math.min(retryAfterMs, MAX_OBEYED_WAIT_MS);
  const ceiling = Math.min(BACKOFF_BASE_MS * 2 ** (failures.length - 1), BACKOFF_MAX_MS);
  return Math.floor(random * ceiling);
}
