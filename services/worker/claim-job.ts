import type { Deployment } from '../../shared/contracts/config/catalogue.ts';
import type { AttemptMessage } from '../../shared/contracts/queue/messages.ts';
import { makeFailure } from '../../shared/core/failure.ts';
import type { JobRef } from '../../shared/core/ids.ts';
import { JobFold } from '../../shared/jobs/job-fold.ts';
import { JobWriter } from '../../shared/jobs/job-writer.ts';
import { type ReadJob, readJob } from '../../shared/jobs/read-job.ts';
import { settleJob } from '../../shared/jobs/settle-job.ts';
import type { Delivery } from '../../shared/ports/job-queue.ts';
import type { JobRecord } from '../../shared/ports/job-store.ts';
import type { AttemptDependencies } from './dependencies.ts';
import { handBack } from './hand-back.ts';
import { wasteOf } from './waste.ts';

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
  readonly ref: JobRef;
  readonly message: AttemptMessage;
  readonly deployment: Deployment;
}

const DONE: Claim = { kind: 'answered', delivery: { kind: 'done' } };
const LATER: Claim = { kind: 'answered', delivery: { kind: 'later', delayMs: LOOK_AGAIN_MS } };

/**
 * Makes this process the owner of a job's first attempt without reading anything before: the message says where the log
 * stood when it was written, and the fence refuses it if that is no longer so.
 */
export async function claimFirst(
  dependencies: AttemptDependencies,
  input: ClaimInput,
): Promise<Claim | 'fenced'> {
  const { message } = input;
  if (message.attempt !== 1 || message.seq !== 1) return 'fenced';
  return append(dependencies, input, {
    fold: JobFold.justAccepted(input.ref.jobId),
    sequence: message.logSequence,
  });
}

/** Makes this process the owner of the job by appending `attempt`, if the log agrees that it is this attempt's turn. */
export async function claimJob(
  dependencies: AttemptDependencies,
  input: ClaimInput,
  record: JobRecord,
): Promise<Claim> {
  const { message } = input;
  const job = await readJob(dependencies.log, record.ref, record.acceptedSequence);
  const { fold } = job;
  if (fold.terminal !== undefined) {
    await settleJob(dependencies, record, fold);
    return DONE;
  }
  if (fold.activeAttempt !== undefined) {
    // Another deployment's delivery of the same attempt: two routers decided, the log took the other.
    const isOurs = fold.attempts.at(-1)?.deployment === message.deployment;
    const isThisOne = fold.activeAttempt === message.attempt && isOurs;
    return isThisOne ? takeOver(dependencies, { ...input, record }, job) : DONE;
  }
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
  { record, message, deployment }: ClaimInput & { readonly record: JobRecord },
  { fold, sequence, lastStoredAtMs }: ReadJob,
): Promise<Claim> {
  const { log, catalogue, now, newWriterId } = dependencies;
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
    interrupted: 'worker-gone',
    ...wasteOf({
      catalogue,
      deployment,
      usage: undefined,
      request: record.request,
      outputCharacters: shownCharacters(fold),
      calledAtMs: fold.attempts.at(-1)?.startedAt ?? record.acceptedAtMs,
    }),
  });
  if (appended.kind !== 'stored') return LATER;
  dependencies.logger.warn({ jobId: record.ref.jobId, attempt: message.attempt }, 'took over');
  await handBack(dependencies, record, { fold, sequence: writer.sequence });
  return DONE;
}

/** Of the attempt that runs; text that an earlier one showed is still there until the new one replaces it. */
function shownCharacters(fold: JobFold): number {
  if (fold.shownAttempt !== fold.activeAttempt) return 0;
  const { text, reasoning = '', toolCalls } = fold.answer('error');
  const calls = toolCalls.map((call) => call.name + call.arguments).join('');
  return text.length + reasoning.length + calls.length;
}

async function append(
  { log, now, newWriterId }: AttemptDependencies,
  { ref, message, deployment }: ClaimInput,
  { fold, sequence }: Pick<ReadJob, 'fold' | 'sequence'>,
): Promise<Claim | 'fenced'> {
  const writer = new JobWriter({
    log,
    ref,
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
    reason: message.reason,
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
