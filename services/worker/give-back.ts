import type { AttemptMessage } from '../../shared/contracts/queue/messages.ts';
import { readJob } from '../../shared/jobs/read-job.ts';
import type { AttemptDependencies } from './dependencies.ts';

/**
 * Gives an attempt that has not begun back to the router, which decides it again with the breakers as they are now; no
 * attempt is spent. False: by its log the attempt is not due, and the delivery is to be judged as any other.
 */
export async function giveBack(
  { store, log, queue }: Pick<AttemptDependencies, 'store' | 'log' | 'queue'>,
  { tenantId, jobId, attempt, turn = 0 }: AttemptMessage,
): Promise<boolean> {
  const ref = { tenantId, jobId };
  const record = await store.get(ref);
  if (record === undefined || record.settled !== undefined) return false;
  const { fold, sequence } = await readJob(log, ref, record.acceptedSequence);
  const isRunning = fold.terminal !== undefined || fold.activeAttempt !== undefined;
  if (fold.seq === 0 || isRunning || fold.nextAttempt !== attempt) return false;
  await queue.enqueueRoute(
    { ...ref, attempt, turn: turn + 1, logSequence: sequence, seq: fold.seq },
    { priority: record.priority },
  );
  return true;
}
