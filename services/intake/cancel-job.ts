import { type Problem, problem } from '../../shared/contracts/http/problem.ts';
import { makeFailure } from '../../shared/core/failure.ts';
import type { JobRef } from '../../shared/core/ids.ts';
import { err, ok, type Result } from '../../shared/core/result.ts';
import { closeJob } from '../../shared/jobs/close-job.ts';
import { settleJob } from '../../shared/jobs/settle-job.ts';
import type { JobLog } from '../../shared/ports/job-log.ts';
import type { JobStore } from '../../shared/ports/job-store.ts';
import type { OwnerSignal } from '../../shared/ports/owner-signal.ts';
import type { ResultPublisher } from '../../shared/ports/result-publisher.ts';

/** How long the owner has to end the job itself; then it is fenced off (invariant I11). */
const OWNER_TIMEOUT_MS = 500;

export interface CancelDependencies {
  readonly store: JobStore;
  readonly log: JobLog;
  readonly results: ResultPublisher;
  readonly owner: OwnerSignal;
  readonly instanceId: string;
  readonly now: () => number;
}

/**
 * Ends a job as cancelled, wherever it is: its worker is asked first, because it knows what was used; otherwise the
 * terminal entry is appended here and the fence stops whoever runs it. Cancelling a finished job changes nothing.
 */
export async function cancelJob(
  dependencies: CancelDependencies,
  ref: JobRef,
): Promise<Result<void, Problem>> {
  const { store, log, results, owner, instanceId, now } = dependencies;
  const record = await store.get(ref);
  if (record === undefined) return err(problem('not_found'));
  if (record.settled !== undefined) return ok(undefined);
  const last = await log.readLast(ref);
  const isOwned = last !== undefined && OWNED_AFTER.has(last.entry.type);
  if (isOwned && (await owner.requestCancel(ref, OWNER_TIMEOUT_MS))) return ok(undefined);
  const job = await closeJob({
    log,
    ref,
    fromSequence: record.acceptedSequence,
    writerId: instanceId,
    makeTerminal: ({ fold }) => ({
      at: now(),
      attempt: fold.shownAttempt ?? 0,
      outcome: 'cancelled',
      finishReason: 'error',
      failure: makeFailure('cancelled', 'the client cancelled the job'),
    }),
  });
  if (job.fold.terminal === undefined) {
    return err(problem('unavailable', 'the job log did not take the cancellation'));
  }
  await settleJob({ store, results }, record, job.fold);
  return ok(undefined);
}

/** After these entries a worker owns the job. */
const OWNED_AFTER: ReadonlySet<string> = new Set(['attempt', 'delta', 'reset']);
