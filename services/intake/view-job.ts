import type { JobView } from '../../shared/contracts/http/job-view.ts';
import type { JobRef } from '../../shared/core/ids.ts';
import type { JobFold } from '../../shared/jobs/job-fold.ts';
import { readJob } from '../../shared/jobs/read-job.ts';
import { resultOf } from '../../shared/jobs/settle-job.ts';
import type { JobLog } from '../../shared/ports/job-log.ts';
import type { JobRecord, JobStore } from '../../shared/ports/job-store.ts';

/**
 * A job as anybody may see it: from its record once settled, from its log while it runs. Undefined: no such job of this
 * tenant.
 */
export async function viewJob(
  store: JobStore,
  log: JobLog,
  ref: JobRef,
): Promise<JobView | undefined> {
  const record = await store.get(ref);
  if (record === undefined) return undefined;
  if (record.settled !== undefined) {
    const { result, attempts } = record.settled;
    return { ...frame(record), ...endOf(result), status: result.status, attempts: [...attempts] };
  }
  const { fold } = await readJob(log, ref, record.acceptedSequence);
  return {
    ...frame(record),
    ...(fold.terminal === undefined ? partialOf(fold) : endOf(resultOf(record, fold))),
    status: fold.status,
    attempts: fold.attempts,
  };
}

function frame(record: JobRecord) {
  return {
    jobId: record.ref.jobId,
    model: record.request.model,
    acceptedAt: record.acceptedAtMs,
    deadlineAt: record.deadlineAtMs,
    ...(record.plan === undefined ? {} : { plan: record.plan }),
    ...(record.request.metadata === undefined ? {} : { metadata: record.request.metadata }),
  };
}

function endOf(end: ReturnType<typeof resultOf>): Partial<JobView> {
  const { result, usage, costNanoUsd, failure } = end;
  return {
    ...(result === undefined ? {} : { result }),
    ...(usage === undefined ? {} : { usage }),
    ...(costNanoUsd === undefined ? {} : { costNanoUsd }),
    ...(failure === undefined ? {} : { failure }),
  };
}

/** The last failure of a job that is still being tried shows why it takes long. */
function partialOf(fold: JobFold): Partial<JobView> {
  const failure = fold.attempts.at(-1)?.failure;
  return failure === undefined ? {} : { failure };
}
