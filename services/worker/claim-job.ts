import type { Deployment } from '../../shared/contracts/config/catalogue.ts';
import type { AttemptMessage } from '../../shared/contracts/queue/messages.ts';
import { makeFailure } from '../../shared/core/failure.ts';
import { JobFold } from '../../shared/jobs/job-fold.ts';
import { JobWriter } from '../../shared/jobs/job-writer.ts';
import { type ReadJob, readJob } from '../../shared/jobs/read-job.ts';
import { settleJob } from '../../shared/jobs/settle-job.ts';
import type { Delivery } from '../../shared/ports/job-queue.ts';
import type { JobRecord } from '../../shared/ports/job-store.ts';
import type { AttemptDependencies } from './dependencies.ts';
import { handBack } from './hand-back.ts';

/** An owner that wrote less than this ago lives: the queue gave its job out again too early. */
const OWNER_QUIET_MS = 2_000;

/** When to look again at a job whose owner seems to live, or whose log does not answer. */
const LOOK_AGAIN_MS = 1_000;

/** How long an append goes on trying while NATS is away (reliability.md I21). */
const APPEND_DEADLINE_MS = 10_000;

/** `owned`: the attempt entry is in the log and this writer owns the job. Otherwise the delivery is answered as said. */
export type Claim =
  | { readonly kind: 'owned'; readonly writer: JobWriter }
  | { readonly kind: 'answered'; readonly delivery: Delivery };

export interface ClaimInput {
  readonly record: JobRecord;
  readonly message: AttemptMessage;
  readonly deployment: Deployment;
}

const DONE: Claim = { kind: 'answered', delivery: { kind: 'done' } };
const LATER: Claim = { kind: 'answered', delivery: { kind: 'later', delayMs: LOOK_AGAIN_MS } };

/** Makes this process the owner of the job by appending `attempt`, if the log agrees that it is this attempt's turn. */
export async function claimJob(
  dependencies: AttemptDependencies,
  input: ClaimInput,
): Promise<Claim> {
  const { record, message } = input;
  if (message.attempt === 1 && message.seq === 1) {
    const job = { fold: freshFold(record), sequence: message.logSequence };
    const claim = await append(dependencies, input, job);
    if (claim !== 'fenced') return claim;
  }
  const job = await readJob(dependencies.log, record.ref, record.acceptedSequence);
  const { fold } = job;
  if (fold.terminal !== undefined) {
    await settleJob(dependencies, record, fold);
    return DONE;
  }
  if (fold.activeAttempt === message.attempt) return takeOver(dependencies, input, job);
  if (fold.activeAttempt !== undefined) return DONE;
  if (fold.nextAttempt === message.attempt + 1) {
    // The attempt failed and its worker died before it could say so to the router.
    await handBack(dependencies, record, { fold, sequence: job.sequence });
    return DONE;
  }
  if (fold.nextAttempt !== message.attempt) return DONE;
  const claim = await append(dependencies, input, job);
  return claim === 'fenced' ? LATER : claim;
}

/** The queue gave out a running attempt again: its worker is gone, unless the log says that it writes. */
async function takeOver(
  dependencies: AttemptDependencies,
  input: ClaimInput,
  { fold, sequence, lastStoredAtMs }: ReadJob,
): Promise<Claim> {
  const { log, now, newWriterId } = dependencies;
  const { record, message } = input;
  if (lastStoredAtMs !== undefined && now() - lastStoredAtMs < OWNER_QUIET_MS) return LATER;
  const writer = new JobWriter({
    log,
    ref: record.ref,
    sequence,
    fold,
    writerId: newWriterId(),
    appendDeadlineMs: APPEND_DEADLINE_MS,
  });
  const failure = makeFailure('server', 'the worker that ran the attempt is gone');
  const appended = await writer.append({
    type: 'failed',
    at: now(),
    attempt: message.attempt,
    failure,
  });
  if (appended.kind !== 'stored') return LATER;
  dependencies.logger.warn({ jobId: record.ref.jobId, attempt: message.attempt }, 'took over');
  await handBack(dependencies, record, { fold, sequence: writer.sequence });
  return DONE;
}

async function append(
  { log, now, newWriterId }: AttemptDependencies,
  { record, message, deployment }: ClaimInput,
  { fold, sequence }: Pick<ReadJob, 'fold' | 'sequence'>,
): Promise<Claim | 'fenced'> {
  const writer = new JobWriter({
    log,
    ref: record.ref,
    sequence,
    fold,
    writerId: newWriterId(),
    appendDeadlineMs: APPEND_DEADLINE_MS,
  });
  const appended = await writer.append({
    type: 'attempt',
    at: now(),
    attempt: message.attempt,
    deployment: deployment.id,
    requestModel: deployment.requestModel,
    reason: record.plan?.reason ?? '',
  });
  switch (appended.kind) {
    case 'stored':
      return { kind: 'owned', writer };
    case 'fenced':
      return 'fenced';
    case 'unavailable':
      return LATER;
  }
}

/** The log of a job on its first attempt holds `accepted` alone: no need to read it. */
function freshFold({ ref, acceptedAtMs }: JobRecord): JobFold {
  const fold = new JobFold();
  fold.apply({ type: 'accepted', seq: 1, at: acceptedAtMs, jobId: ref.jobId, configVersion: '' });
  return fold;
}
