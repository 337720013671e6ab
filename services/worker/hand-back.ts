import type { ReadJob } from '../../shared/jobs/read-job.ts';
import type { JobRecord } from '../../shared/ports/job-store.ts';
import type { AttemptDependencies } from './dependencies.ts';

/** Gives a job whose attempt is over to the router, which decides what comes next. Repeating it is harmless. */
export async function handBack(
  { queue }: Pick<AttemptDependencies, 'queue'>,
  { ref, priority }: JobRecord,
  { fold, sequence }: Pick<ReadJob, 'fold' | 'sequence'>,
): Promise<void> {
  await queue.enqueueRoute(
    {
      tenantId: ref.tenantId,
      jobId: ref.jobId,
      attempt: fold.nextAttempt,
      logSequence: sequence,
      seq: fold.seq,
    },
    { priority },
  );
}
