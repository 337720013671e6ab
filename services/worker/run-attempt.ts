import type { Deployment } from '../../shared/contracts/config/catalogue.ts';
import type { AttemptMessage } from '../../shared/contracts/queue/messages.ts';
import { queueItemId } from '../../shared/core/ids.ts';
import { EARNED_BY_RETRY, EARNED_BY_SUCCESS } from '../../shared/core/retry-budget.ts';
import type { JobWriter } from '../../shared/jobs/job-writer.ts';
import { settleJob } from '../../shared/jobs/settle-job.ts';
import type { Delivery } from '../../shared/ports/job-queue.ts';
import type { JobRecord } from '../../shared/ports/job-store.ts';
import type { CallOutcome, Provider } from '../../shared/ports/provider.ts';
import { type BillInput, makeBill } from './bill.ts';
import type { GuardedCall } from './breaker-gate.ts';
import { type ClaimInput, claimFirst, claimJob } from './claim-job.ts';
import { DeltaPublisher } from './delta-publisher.ts';
import type { AttemptDependencies } from './dependencies.ts';
import { giveBack } from './give-back.ts';
import { handBack } from './hand-back.ts';
import { type AttemptEnd, judgeEnd } from './judge-end.ts';
import { correctMinute, type TakenMinute, takeMinute } from './minute-limits.ts';
import { StopSignal } from './stop-signal.ts';
import { wasteOf } from './waste.ts';

const DONE: Delivery = { kind: 'done' };

/** When an attempt whose end could not be written down is looked at again. */
const LOG_AWAY_MS = 2_000;

interface Run {
  readonly record: JobRecord;
  readonly attempt: number;
  readonly deployment: Deployment;
  readonly provider: Provider;
  readonly writer: JobWriter;
  readonly minute: TakenMinute;
  readonly guarded: GuardedCall | undefined;
}

/** Runs one attempt of a job: claim it in the log, call the provider, put the answer and its end into the log, settle. */
export async function runAttempt(
  dependencies: AttemptDependencies,
  message: AttemptMessage,
  draining: AbortSignal,
): Promise<Delivery> {
  const { catalogue, providers } = dependencies;
  const ref = { tenantId: message.tenantId, jobId: message.jobId };
  const deployment = catalogue.deployments.get(message.deployment);
  const provider = providers.get(deployment?.providerId ?? '');
  // A configuration without it: the reconciler asks the router again.
  if (deployment === undefined || provider === undefined) return DONE;
  const holdMs = dependencies.holds.waitMs(deployment.id, dependencies.now());
  if (holdMs > 0) return { kind: 'later', delayMs: holdMs };
  const holder = queueItemId(message.jobId, message.attempt);
  const guarded = await dependencies.gate.admit(deployment, holder);
  if (guarded === undefined && (await giveBack(dependencies, message))) return DONE;
  const begun = await begin(dependencies, { ref, message, deployment });
  if (begun.kind === 'owned') {
    const { record, writer, minute } = begun;
    const { attempt } = message;
    return perform(
      dependencies,
      { record, attempt, deployment, provider, writer, minute, guarded },
      draining,
    );
  }
  guarded?.notMade();
  return begun.delivery;
}

type Begun =
  | ({ readonly kind: 'owned' } & Pick<Run, 'record' | 'writer' | 'minute'>)
  | { readonly kind: 'answered'; readonly delivery: Delivery };

/** Counts the call against its provider's minute and makes the job ours, or says what becomes of the delivery. */
async function begin(dependencies: AttemptDependencies, input: ClaimInput): Promise<Begun> {
  const { ref, deployment } = input;
  const minute = await takeMinute(dependencies, ref, deployment);
  if (minute.kind === 'full') return { kind: 'answered', delivery: minute };
  const [record, first] = await Promise.all([
    dependencies.store.start(ref),
    claimFirst(dependencies, input),
  ]);
  if (record === undefined || record.settled !== undefined)
    return { kind: 'answered', delivery: DONE };
  const claim = first === 'fenced' ? await claimJob(dependencies, input, record) : first;
  if (claim.kind === 'answered') return claim;
  return { kind: 'owned', record, writer: claim.writer, minute };
}

async function perform(
  dependencies: AttemptDependencies,
  run: Run,
  draining: AbortSignal,
): Promise<Delivery> {
  const { owned, pacer, now } = dependencies;
  const { ref, deadlineAtMs } = run.record;
  const stop = new StopSignal();
  const ended = Promise.withResolvers<void>();
  owned.add(ref, { stop, ended: ended.promise });
  pacer.enter();
  // A timer may fire a moment early, and the fleet's clock may be put right meanwhile: the clock decides.
  const expire = () => {
    const leftMs = deadlineAtMs - now();
    if (leftMs > 0) timer = setTimeout(expire, leftMs);
    else stop.stop('deadline');
  };
  let timer = setTimeout(expire, Math.max(0, deadlineAtMs - now()));
  const onDrain = () => stop.stop('draining');
  draining.addEventListener('abort', onDrain);
  try {
    const end = await callProvider(dependencies, run, stop);
    correctMinute(dependencies, run, end.outcome);
    if (end.outcome.kind === 'completed') noteSuccess(dependencies, run);
    return await writeEnd(dependencies, run, { end, onClosed: ended.resolve });
  } finally {
    clearTimeout(timer);
    draining.removeEventListener('abort', onDrain);
    pacer.leave();
    owned.remove(ref);
  }
}

function noteSuccess({ retries }: AttemptDependencies, { deployment, writer }: Run): void {
  const failed = writer.fold.attempts.filter(
    (one) => one.failure !== undefined && one.interrupted === undefined,
  );
  const earned = failed.length > 0 ? EARNED_BY_RETRY : EARNED_BY_SUCCESS;
  retries.earn(deployment.providerId, earned);
}

interface EndedCall {
  readonly end: AttemptEnd;
  readonly outcome: CallOutcome;
  readonly outputCharacters: number;
}

async function callProvider(
  { pacer, holds, now }: AttemptDependencies,
  { record, attempt, deployment, provider, writer, guarded }: Run,
  stop: StopSignal,
): Promise<EndedCall> {
  const { request } = record;
  const publisher = new DeltaPublisher({
    writer,
    attempt,
    pacer,
    stop,
    now,
    onFirst: () => guarded?.answered(),
  });
  const { maxOutputTokens } = deployment;
  const outcome = await provider.call(
    {
      requestModel: deployment.requestModel,
      request,
      stream: request.stream !== false && deployment.capabilities.has('stream'),
      ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    },
    publisher,
    stop.signal,
  );
  guarded?.ended(outcome, stop.reason);
  if (outcome.kind !== 'aborted') holds.note(deployment.id, outcome.limits ?? [], now());
  await publisher.flush();
  if (outcome.kind === 'completed') await publisher.dropStaleText();
  const outputCharacters = publisher.characters;
  return { end: judgeEnd(outcome, stop.reason), outcome, outputCharacters };
}

async function writeEnd(
  dependencies: AttemptDependencies,
  run: Run,
  { end, onClosed }: { end: EndedCall; onClosed: () => void },
): Promise<Delivery> {
  const { record, writer } = run;
  switch (end.end.kind) {
    case 'leave':
      return DONE;
    case 'later':
      return { kind: 'later', delayMs: LOG_AWAY_MS };
    case 'failed':
      return writeFailed(dependencies, run, { end, failed: end.end });
    case 'terminal': {
      const { outcome, finishReason, failure } = end.end;
      const shown = outcome === 'completed' ? run.attempt : writer.fold.shownAttempt;
      const attempt = shown ?? run.attempt;
      const appended = await writer.append({
        type: 'terminal',
        at: dependencies.now(),
        attempt,
        outcome,
        finishReason,
        // The text of an earlier attempt may still stand: its tenant does not pay for this one.
        ...(attempt === run.attempt ? makeBill(billInput(dependencies, run, end)) : {}),
        ...(failure === undefined ? {} : { failure }),
      });
      if (appended.kind === 'fenced') return DONE;
      if (appended.kind === 'unavailable') return { kind: 'later', delayMs: LOG_AWAY_MS };
      onClosed();
      await settleJob(dependencies, record, writer.fold);
      return DONE;
    }
  }
}

async function writeFailed(
  dependencies: AttemptDependencies,
  run: Run,
  { end, failed }: { end: EndedCall; failed: Extract<AttemptEnd, { kind: 'failed' }> },
): Promise<Delivery> {
  const { record, attempt, writer } = run;
  const { failure, interrupted } = failed;
  const appended = await writer.append({
    type: 'failed',
    at: dependencies.now(),
    attempt,
    failure,
    ...(interrupted === undefined ? {} : { interrupted }),
    ...wasteOf(billInput(dependencies, run, end)),
  });
  if (appended.kind === 'fenced') return DONE;
  if (appended.kind === 'unavailable') return { kind: 'later', delayMs: LOG_AWAY_MS };
  await handBack(dependencies, record, writer);
  return DONE;
}

function billInput(
  { catalogue }: AttemptDependencies,
  { record, deployment, writer }: Run,
  { outcome, outputCharacters }: EndedCall,
): BillInput {
  return {
    catalogue,
    deployment,
    usage: outcome.kind === 'aborted' ? undefined : outcome.usage,
    request: record.request,
    outputCharacters,
    calledAtMs: writer.fold.attempts.at(-1)?.startedAt ?? record.acceptedAtMs,
  };
}
