import { makeFailure } from '../../shared/core/failure.ts';
import type { JobRef } from '../../shared/core/ids.ts';
import { acceptJob } from '../../shared/jobs/accept-job.ts';
import { closeJob } from '../../shared/jobs/close-job.ts';
import { type ReadJob, readJob } from '../../shared/jobs/read-job.ts';
import { settleJob } from '../../shared/jobs/settle-job.ts';
import type { JobRecord } from '../../shared/ports/job-store.ts';
import type { Logger } from '../../shared/ports/logger.ts';
import type { RouteDependencies } from './route-job.ts';

/** Overdue jobs ended in one round; the rest comes in the next. */
const MAX_OVERDUE = 200;

/** Pages of the open set looked through in one round: a backlog of 100,000 takes many rounds, not one long one. */
const MAX_PAGES = 4;

export interface ReconcileProgress {
  readonly cursor: string;
  /**
   * Job id → last `seq`, of jobs that no queue held when they were last looked at. A job in hand-over is on no queue for
   * a moment: only one that stands still between two looks is put back.
   */
  readonly suspects: ReadonlyMap<string, number>;
}

export const RECONCILE_START: ReconcileProgress = { cursor: '0', suspects: new Map() };

export interface ReconcileDependencies extends RouteDependencies {
  readonly logger: Logger;
}

/**
 * One round of what makes the promise independent of every queue: jobs past their deadline end as `expired`, and open
 * jobs that no queue holds are finished, settled or enqueued again, whichever was left undone.
 */
export async function reconcile(
  dependencies: ReconcileDependencies,
  progress: ReconcileProgress,
): Promise<ReconcileProgress> {
  const { store } = dependencies;
  for (const ref of await store.overdue(MAX_OVERDUE)) await expire(dependencies, ref);
  const suspects = new Map(progress.suspects);
  let { cursor } = progress;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const scanned = await store.scanOpen(cursor);
    await Promise.all(scanned.jobs.map((ref) => inspect(dependencies, ref, suspects)));
    cursor = scanned.cursor;
    if (cursor === '0') break;
  }
  return { cursor, suspects };
}

async function expire(dependencies: ReconcileDependencies, ref: JobRef): Promise<void> {
  const { store, log, instanceId, now } = dependencies;
  const record = await store.get(ref);
  if (record === undefined) return;
  const job = await closeJob({
    log,
    ref,
    fromSequence: record.acceptedSequence,
    writerId: instanceId,
    makeTerminal: ({ fold }) => ({
      at: now(),
      attempt: fold.shownAttempt ?? 0,
      outcome: 'expired',
      finishReason: 'error',
      failure: makeFailure('deadline', 'the job missed its deadline'),
    }),
  });
  if (job.fold.terminal !== undefined) await settleJob(dependencies, record, job.fold);
  // Never accepted in time: nobody was promised anything.
  else if (job.fold.seq === 0) await store.abandon(ref);
}

async function inspect(
  dependencies: ReconcileDependencies,
  ref: JobRef,
  suspects: Map<string, number>,
): Promise<void> {
  const { store, log, queue, catalogue } = dependencies;
  const { jobId } = ref;
  const plan = await store.lastPlan(ref);
  const providerId = catalogue.deployments.get(plan?.choice ?? '')?.providerId;
  const seenSeq = suspects.get(jobId);
  suspects.delete(jobId);
  if (await queue.holds({ jobId, attempt: plan?.attempt ?? 0, turn: plan?.turn, providerId }))
    return;
  const record = await store.get(ref);
  if (record === undefined) return;
  const job = await readJob(log, ref, record.acceptedSequence);
  if (seenSeq === job.fold.seq) await repair(dependencies, record, job);
  else suspects.set(jobId, job.fold.seq);
}

async function repair(
  dependencies: ReconcileDependencies,
  record: JobRecord,
  { fold, sequence }: ReadJob,
): Promise<void> {
  const { queue, catalogue, instanceId, logger } = dependencies;
  const { ref, priority, acceptedAtMs } = record;
  logger.warn({ jobId: ref.jobId, status: fold.status }, 'repairing a job that no queue holds');
  if (fold.seq === 0) {
    const { version: configVersion } = catalogue;
    const writerId = instanceId;
    await acceptJob(dependencies, { ref, configVersion, priority, acceptedAtMs, writerId });
    return;
  }
  if (fold.terminal !== undefined) {
    await settleJob(dependencies, record, fold);
    return;
  }
  const position = {
    tenantId: ref.tenantId,
    jobId: ref.jobId,
    logSequence: sequence,
    seq: fold.seq,
  };
  const active = fold.activeAttempt;
  const deployment = fold.attempts.at(-1)?.deployment;
  const target = deployment === undefined ? undefined : catalogue.deployments.get(deployment);
  if (active !== undefined && deployment !== undefined && target !== undefined) {
    // Its worker is gone and its queue forgot it: a new delivery finds the attempt open and takes it over.
    const reason = record.plan?.reason ?? '';
    const message = { ...position, attempt: active, deployment, reason };
    await queue.enqueueAttempt(target.providerId, message, { priority });
    return;
  }
  await queue.enqueueRoute({ ...position, attempt: fold.nextAttempt }, { priority });
}
