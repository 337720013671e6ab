import type { JobRef } from '../core/ids.ts';
import type { JobLog } from '../ports/job-log.ts';
import type { JobQueue, Priority } from '../ports/job-queue.ts';
import type { JobStore } from '../ports/job-store.ts';

const APPEND_DEADLINE_MS = 3_000;

/** `accepted`: in the log and on the queue. `refused`: certainly not in the log. `unknown`: an answer was lost. */
export type Acceptance = 'accepted' | 'refused' | 'unknown';

export interface AcceptJobDependencies {
  readonly log: JobLog;
  readonly queue: JobQueue;
  readonly store: JobStore;
}

export interface AcceptJobOptions {
  readonly ref: JobRef;
  readonly configVersion: string;
  readonly priority: Priority;
  readonly acceptedAtMs: number;
  readonly writerId: string;
}

/**
 * The second half of admission: the log's first entry, then the queue. Safe to repeat by anybody who finds it half done:
 * an entry that is there already is left alone, and adding to the queue twice is harmless.
 */
export async function acceptJob(
  { log, queue, store }: AcceptJobDependencies,
  options: AcceptJobOptions,
): Promise<Acceptance> {
  const { ref, configVersion, priority, acceptedAtMs, writerId } = options;
  const appended = await log.append(
    ref,
    { type: 'accepted', seq: 1, at: acceptedAtMs, jobId: ref.jobId, configVersion },
    {
      expectedSequence: 0,
      messageId: `${ref.jobId}.1.${writerId}`,
      deadlineMs: APPEND_DEADLINE_MS,
    },
  );
  if (appended.kind === 'unavailable') return appended.mayBeStored ? 'unknown' : 'refused';
  const isOurs = appended.kind === 'stored';
  const message = {
    tenantId: ref.tenantId,
    jobId: ref.jobId,
    attempt: 1,
    logSequence: isOurs ? appended.sequence : 0,
    seq: isOurs ? 1 : 0,
  };
  const enqueued = queue.enqueueRoute(message, { priority });
  const recorded = isOurs ? store.recordAccepted(ref, appended.sequence) : undefined;
  await Promise.all([enqueued, recorded]);
  return 'accepted';
}
