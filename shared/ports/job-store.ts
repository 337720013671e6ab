import type { JobResult } from '../contracts/events/job-result.ts';
import type { JobRequest } from '../contracts/http/job-request.ts';
import type { AttemptView, JobSummary, RoutePlan } from '../contracts/http/job-view.ts';
import type { JobRef } from '../core/ids.ts';
import type { Admission, ReachedShare, Refusal } from './admission.ts';
import type { Priority } from './job-queue.ts';

/** A job as admission wrote it down. */
export interface JobRecord {
  readonly ref: JobRef;
  readonly request: JobRequest;
  readonly keyId: string;
  readonly priority: Priority;
  readonly acceptedAtMs: number;
  readonly deadlineAtMs: number;
  /** Stream sequence of `accepted`; 0 = admission did not get that far. */
  readonly acceptedSequence: number;
  readonly plan?: RoutePlan;
  /** Written when the job is settled. */
  readonly settled?: Pick<SettledJob, 'result' | 'attempts'>;
}

export interface SettledJob {
  /** Names the ledger day, so that a repeat finds the same row. */
  readonly acceptedAtMs: number;
  readonly result: JobResult;
  readonly attempts: readonly AttemptView[];
  /** Cost of attempts that the tenant does not pay, booked apart. Absent or 0: there was none. */
  readonly wasteNanoUsd?: number;
}

export interface AcceptCommand {
  readonly ref: JobRef;
  readonly keyId: string;
  readonly request: JobRequest;
  readonly priority: Priority;
  readonly deadlineMs: number;
  /** SHA-256 of the client's idempotency key and of the request it came with. Absent: no key was sent. */
  readonly idempotency?: { readonly keyDigest: string; readonly fingerprint: string };
  /** What must cover the job. Absent: nothing has to. */
  readonly admission?: Admission;
}

/**
 * `created`: the record is new. `replayed`: the key named this job before. `mismatch`: it named another body. `refused`:
 * something does not cover the job; nothing was stored and the idempotency key is free.
 */
export type AcceptOutcome =
  | {
      readonly kind: 'created';
      readonly acceptedAtMs: number;
      readonly deadlineAtMs: number;
      readonly reached?: readonly ReachedShare[];
    }
  | { readonly kind: 'replayed'; readonly jobId: string }
  | { readonly kind: 'mismatch' }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export interface ListOptions {
  readonly limit: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

export interface JobPage {
  readonly jobs: readonly JobSummary[];
  readonly nextCursor?: string;
}

/** Job records, their index and their ledger rows. Each method is one atomic step. */
export interface JobStore {
  /** Idempotency claim, record and all that the admission takes together, or nothing. The clock is the store's. */
  accept(command: AcceptCommand): Promise<AcceptOutcome>;
  /** Undoes an acceptance whose log entry was definitely not written. */
  abandon(ref: JobRef): Promise<void>;
  recordAccepted(ref: JobRef, acceptedSequence: number): Promise<void>;
  get(ref: JobRef): Promise<JobRecord | undefined>;
  /** Whether the job is known, without its request. */
  locate(ref: JobRef): Promise<{ readonly acceptedSequence: number } | undefined>;
  list(tenantId: string, options: ListOptions): Promise<JobPage>;
  /**
   * Writes the pick for `plan.attempt` once a turn: a later turn replaces an earlier one. Answers the one that holds, ours or
   * one that was there.
   */
  recordPlan(ref: JobRef, plan: RoutePlan): Promise<RoutePlan>;
  /** The newest plan alone; undefined before the first. */
  lastPlan(ref: JobRef): Promise<RoutePlan | undefined>;
  /** Reads the record for a run and shows the job as running from now on. */
  start(ref: JobRef): Promise<JobRecord | undefined>;
  /** Result, ledger rows, index and the release of what the job held together, keyed by the job: true the first time, false on every repeat. */
  settle(ref: JobRef, settled: SettledJob): Promise<boolean>;
  /** Jobs without a settled end whose deadline has passed, oldest first. */
  overdue(limit: number): Promise<readonly JobRef[]>;
  /** A page of all jobs without a settled end; `cursor` starts and ends as '0'. */
  scanOpen(cursor: string): Promise<{ readonly cursor: string; readonly jobs: readonly JobRef[] }>;
  /** Takes or renews a named lease for `holder`; true while it is the holder's. */
  holdLease(name: string, holder: string, ttlMs: number): Promise<boolean>;
  nowMs(): Promise<number>;
}
