import type { Interruption } from '../contracts/events/job-entry.ts';
import { type Failure, failureRule, makeFailure } from '../core/failure.ts';

/** Backoff before the same deployment is asked again: full jitter under base × 2^n (reliability.md 6.3). */
const BACKOFF_BASE_MS = 500;
/** Likewise where it said that it was asked too often. */
const THROTTLED_BASE_MS = 1_000;
const BACKOFF_MAX_MS = 8_000;

/** A job that was on the hands of so many workers when they died is taken for the cause (I20). */
const MAX_WORKER_DEATHS = 3;

/** Deaths and shutdowns together: a fleet that cannot keep a worker up for one answer does not try forever. */
const MAX_INTERRUPTIONS = 10;

/** One attempt that is over. */
export interface PastAttempt {
  readonly deployment: string;
  readonly failure: Failure;
  /** Epoch ms. */
  readonly endedAtMs: number;
  /** It ended with its worker, not with the provider. */
  readonly interrupted?: Interruption | undefined;
}

export interface NextAttemptInput {
  readonly past: readonly PastAttempt[];
  /** Calls that may fail; attempts that ended with their worker are not among them. */
  readonly maxAttempts: number;
  readonly nowMs: number;
  readonly deadlineAtMs: number;
}

/** `try`: plan another attempt without the excluded deployments. `give-up`: the job ends with this failure. */
export type NextAttempt =
  | { readonly kind: 'try'; readonly excluded: ReadonlyMap<string, string> }
  | { readonly kind: 'give-up'; readonly failure: Failure };

/**
 * Whether a job gets another attempt: the classes' rules, the cap, the deadline, and nothing else. An attempt that ended
 * with its worker says nothing of the provider, and costs the job none of its attempts.
 */
export function decideNextAttempt(input: NextAttemptInput): NextAttempt {
  const { past, maxAttempts, nowMs, deadlineAtMs } = input;
  if (nowMs >= deadlineAtMs) return giveUp(makeFailure('deadline', 'the job missed its deadline'));
  const deaths = past.filter((one) => one.interrupted === 'worker-gone').length;
  if (deaths >= MAX_WORKER_DEATHS) {
    return giveUp(makeFailure('poison', `${deaths} workers died while they ran this job`));
  }
  const failed = past.filter((one) => one.interrupted === undefined);
  const last = past.at(-1);
  if (last !== undefined && past.length - failed.length >= MAX_INTERRUPTIONS) {
    return giveUp(last.failure);
  }
  const lastFailed = failed.at(-1);
  if (lastFailed === undefined) return { kind: 'try', excluded: new Map() };
  const rule = failureRule(lastFailed.failure.class);
  const mayGoOn = rule.retrySame || rule.failover;
  if (!mayGoOn || failed.length >= maxAttempts) return giveUp(lastFailed.failure);
  const excluded = failed.filter((one) => !mayBeAskedAgain(one, deadlineAtMs));
  return {
    kind: 'try',
    excluded: new Map(excluded.map((one) => [one.deployment, one.failure.class])),
  };
}

export interface WaitInput {
  readonly nowMs: number;
  /** In [0, 1). */
  readonly random: number;
}

/**
 * How long to wait before `deployment` is called: nothing for one that has not failed this job, else what is left of the
 * wait that it asked for, else exponential with full jitter.
 */
export function waitBeforeMs(
  deployment: string,
  past: readonly PastAttempt[],
  { nowMs, random }: WaitInput,
): number {
  const failures = past.filter(
    (one) => one.deployment === deployment && one.interrupted === undefined,
  );
  const last = failures.at(-1);
  if (last === undefined) return 0;
  const { retryAfterMs, class: failureClass } = last.failure;
  if (retryAfterMs !== undefined) return Math.max(0, last.endedAtMs + retryAfterMs - nowMs);
  const base = failureClass === 'rate_limit' ? THROTTLED_BASE_MS : BACKOFF_BASE_MS;
  return Math.floor(random * Math.min(base * 2 ** (failures.length - 1), BACKOFF_MAX_MS));
}

/** Not where the failure would come again, nor where the wait that was asked for is longer than the job has time. */
function mayBeAskedAgain({ failure, endedAtMs }: PastAttempt, deadlineAtMs: number): boolean {
  if (!failureRule(failure.class).retrySame) return false;
  return endedAtMs + (failure.retryAfterMs ?? 0) < deadlineAtMs;
}

function giveUp(failure: Failure): NextAttempt {
  return { kind: 'give-up', failure };
}
