import type { JobResult } from '../contracts/events/job-result.ts';
import { assert } from '../core/assert.ts';
import type { JobRecord, JobStore } from '../ports/job-store.ts';
import type { ResultPublisher } from '../ports/result-publisher.ts';
import type { JobFold } from './job-fold.ts';

export interface SettleDependencies {
  readonly store: JobStore;
  readonly results: ResultPublisher;
}

/**
 * Derives from a closed log all that follows from it: the result message, the ledger row, the job's view and its place
 * off the open set. Safe to repeat, by anybody, at any time: everything is keyed by the job. The result goes first, so
 * that a job off the open set has certainly been announced; false = not announced, the reconciler comes back to it.
 */
export async function settleJob(
  { store, results }: SettleDependencies,
  record: JobRecord,
  fold: JobFold,
): Promise<boolean> {
  const result = resultOf(record, fold);
  if (!(await results.publish(record.ref, result))) return false;
  await store.settle(record.ref, {
    acceptedAtMs: record.acceptedAtMs,
    result,
    attempts: fold.attempts,
    wasteNanoUsd: fold.wasteNanoUsd,
  });
  return true;
}

/** The message and view of a finished job. A partial answer is part of it: honest failure shows what there was. */
export function resultOf(record: JobRecord, fold: JobFold): JobResult {
  const { terminal } = fold;
  assert(terminal !== undefined, 'only a closed job has a result');
  const shown = fold.attempts.find((view) => view.attempt === terminal.attempt);
  return {
    jobId: record.ref.jobId,
    status: terminal.outcome,
    ...(shown === undefined ? {} : { deployment: shown.deployment }),
    ...(terminal.outcome === 'completed' || fold.hasShownText
      ? { result: fold.answer(terminal.finishReason) }
      : {}),
    ...(terminal.usage === undefined ? {} : { usage: terminal.usage }),
    ...(terminal.costNanoUsd === undefined ? {} : { costNanoUsd: terminal.costNanoUsd }),
    ...(terminal.failure === undefined ? {} : { failure: terminal.failure }),
    ...(record.request.metadata === undefined ? {} : { metadata: record.request.metadata }),
  };
}
