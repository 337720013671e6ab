import { type Problem, problem } from '../../shared/contracts/http/problem.ts';
import { isSafeId, type JobRef } from '../../shared/core/ids.ts';
import { err, ok, type Result } from '../../shared/core/result.ts';
import type { JobLog } from '../../shared/ports/job-log.ts';
import type { JobStore } from '../../shared/ports/job-store.ts';

/** Where a client's reading starts. */
export interface OpenCursor {
  readonly ref: JobRef;
  readonly afterSeq: number;
  readonly fromSequence: number;
  /** The client has the whole log already. */
  readonly isAtEnd: boolean;
}

/** Checks a client's cursor against the job: one that is not of this log is an error, never silence (I22). */
export async function openCursor(
  { store, log }: { readonly store: Pick<JobStore, 'locate'>; readonly log: JobLog },
  ref: JobRef,
  afterSeq: number,
): Promise<Result<OpenCursor, Problem>> {
  const place = isSafeId(ref.jobId) ? await store.locate(ref) : undefined;
  if (place === undefined) return err(problem('not_found'));
  const fromSequence = place.acceptedSequence;
  const last = await log.readLast(ref);
  if (last === undefined) {
    // Known, nothing logged: either not yet or no more.
    if (fromSequence > 0) return err(problem('log_expired', 'the job view has the result'));
    return ok({ ref, afterSeq, fromSequence, isAtEnd: false });
  }
  if (afterSeq > last.entry.seq) {
    return err(problem('invalid_cursor', `the last entry is ${String(last.entry.seq)}`));
  }
  const isAtEnd = last.entry.type === 'terminal' && afterSeq === last.entry.seq;
  return ok({ ref, afterSeq, fromSequence, isAtEnd });
}
