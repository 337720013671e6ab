import { type Catalogue } from '../../shared/contracts/config/catalogue.ts';
import type { RoutePlan } from '../../shared/contracts/http/job-view.ts';
import type { RouteMessage } from '../../shared/contracts/queue/messages.ts';
import { type Failure, makeFailure } from '../../shared/core/failure.ts';
import { type JobRef, queueItemId } from '../../shared/core/ids.ts';
import { costOfRetry } from '../../shared/core/retry-budget.ts';
import { closeJob } from '../../shared/jobs/close-job.ts';
import { JobFold } from '../../shared/jobs/job-fold.ts';
import { readJob } from '../../shared/jobs/read-job.ts';
import { settleJob } from '../../shared/jobs/settle-job.ts';
import type { JobLog } from '../../shared/ports/job-log.ts';
import type { Delivery, JobQueue } from '../../shared/ports/job-queue.ts';
import type { JobRecord, JobStore } from '../../shared/ports/job-store.ts';
import type { ResultPublisher } from '../../shared/ports/result-publisher.ts';
import type { RetryBudgets } from '../../shared/ports/retry-budgets.ts';
import { waitForBreakerMs } from '../../shared/resilience/breaker-wait.ts';
import type { BreakerWatch } from '../../shared/resilience/breaker-watch.ts';
import {
  decideNextAttempt,
  type PastAttempt,
  waitBeforeMs,
} from '../../shared/resilience/next-attempt.ts';
import { type PlannedRoute, planPastBreakers } from './plan-past-breakers.ts';
import type { UnsupportedBy } from './policy/filter-deployment.ts';
import { readFeatures } from './policy/request-features.ts';

export interface RouteDependencies {
  readonly store: JobStore;
  readonly log: JobLog;
  readonly queue: JobQueue;
  readonly results: ResultPublisher;
  readonly catalogue: Catalogue;
  readonly retries: RetryBudgets;
  readonly breakers: BreakerWatch;
  readonly unsupportedBy: UnsupportedBy;
  readonly instanceId: string;
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
}

/** A retry that no budget pays for is looked at again after about this, until the job's deadline. */
const BUDGET_WAIT_MS = 2_000;

const DONE: Delivery = { kind: 'done' };

/**
 * Decides one attempt of a job, and is the only place that does: the single retry loop of the system. Decisions are
 * written down once, so that a repeated message leads to the same queue.
 */
export async function routeJob(
  dependencies: RouteDependencies,
  message: RouteMessage,
): Promise<Delivery> {
  const { store, log } = dependencies;
  const ref: JobRef = { tenantId: message.tenantId, jobId: message.jobId };
  const record = await store.get(ref);
  if (record === undefined || record.settled !== undefined) return DONE;
  const isFresh = message.attempt === 1 && message.seq === 1;
  const fold = isFresh
    ? JobFold.justAccepted(ref.jobId)
    : (await readJob(log, ref, record.acceptedSequence)).fold;
  if (fold.terminal !== undefined) {
    await settleJob(dependencies, record, fold);
    return DONE;
  }
  if (fold.seq === 0 || fold.activeAttempt !== undefined || fold.nextAttempt !== message.attempt) {
    return DONE;
  }
  const decision = await decide(dependencies, record, { fold, turn: message.turn ?? 0 });
  if (decision.kind === 'wait') return { kind: 'later', delayMs: decision.delayMs };
  if (decision.kind === 'give-up') {
    await giveUp(dependencies, record, decision.failure);
    return DONE;
  }
  await dispatch(dependencies, record, { plan: decision.plan, fold, message });
  return DONE;
}

type Decision =
  | { readonly kind: 'try'; readonly plan: RoutePlan }
  /** Only breakers, or a retry budget, are in the way: this is decided again later. */
  | { readonly kind: 'wait'; readonly delayMs: number }
  | { readonly kind: 'give-up'; readonly failure: Failure };

async function decide(
  dependencies: RouteDependencies,
  record: JobRecord,
  { fold, turn }: { readonly fold: JobFold; readonly turn: number },
): Promise<Decision> {
  const { catalogue, now } = dependencies;
  const { request } = record;
  const past = pastAttempts(fold);
  const next = decideNextAttempt({
    past,
    maxAttempts: request.routing?.maxAttempts ?? catalogue.document.routing.maxAttempts,
    nowMs: now(),
    deadlineAtMs: record.deadlineAtMs,
  });
  if (next.kind === 'give-up') return next;
  const last = past.at(-1);
  if (last !== undefined && fold.hasShownText && request.routing?.onInterrupt === 'fail') {
    return { kind: 'give-up', failure: last.failure };
  }
  const planned = await planOnce(dependencies, record, {
    fold,
    turn,
    past,
    excluded: next.excluded,
  });
  const { plan, waitMs } = planned;
  if (plan.choice !== undefined) return tryOrWait(dependencies, { record, fold, plan });
  if (waitMs !== undefined) return waitOrGiveUp(dependencies, record, { ...planned, waitMs, last });
  const failure = last?.failure ?? makeFailure('no_candidate', explainEmpty(plan));
  return { kind: 'give-up', failure };
}

/** Waits for the first breaker that may be probed, if the job has the time; a job that failed before ends with that. */
function waitOrGiveUp(
  { now, random }: RouteDependencies,
  { acceptedAtMs, deadlineAtMs }: JobRecord,
  { plan, waitMs, last }: PlannedRoute & { waitMs: number; last: PastAttempt | undefined },
): Decision {
  const nowMs = now();
  const delayMs = waitForBreakerMs({
    waitMs,
    nowMs,
    acceptedAtMs,
    deadlineAtMs,
    random: random(),
  });
  if (delayMs !== undefined) return { kind: 'wait', delayMs };
  const overloaded = makeFailure('overloaded', explainEmpty(plan), { retryAfterMs: waitMs });
  return { kind: 'give-up', failure: last?.failure ?? overloaded };
}

interface PlanContext {
  readonly fold: JobFold;
  /** How often the attempt was given back before it began. */
  readonly turn: number;
  readonly past: readonly PastAttempt[];
  readonly excluded: ReadonlyMap<string, string>;
}

/**
 * Decided before: a repeated message leads to the same queue, whatever has changed since, unless the choice has left the
 * configuration or was given back.
 */
async function planOnce(
  { catalogue, breakers, unsupportedBy, now, random }: RouteDependencies,
  { ref, request, plan }: JobRecord,
  { fold, turn, past, excluded }: PlanContext,
): Promise<PlannedRoute> {
  const attempt = fold.nextAttempt;
  const isPlanned = plan?.attempt === attempt && (plan.turn ?? 0) >= turn;
  if (isPlanned && catalogue.deployments.has(plan.choice ?? '')) return { plan };
  // Given back for a breaker that this process may not have seen yet.
  if (turn > 0) await breakers.refresh();
  const planned = await planPastBreakers(
    {
      catalogue,
      request,
      features: readFeatures(request),
      attempt,
      excluded,
      tried: new Set(
        past.filter((one) => one.interrupted === undefined).map((one) => one.deployment),
      ),
      unsupportedBy,
      nowMs: now(),
    },
    { breakers, holder: queueItemId(ref.jobId, attempt), random },
  );
  return turn === 0 ? planned : { ...planned, plan: { ...planned.plan, turn } };
}

interface PlannedRetry {
  readonly record: JobRecord;
  readonly fold: JobFold;
  readonly plan: RoutePlan;
}

async function tryOrWait(
  dependencies: RouteDependencies,
  planned: PlannedRetry,
): Promise<Decision> {
  if (await mayRetry(dependencies, planned)) return { kind: 'try', plan: planned.plan };
  const delayMs = Math.ceil(BUDGET_WAIT_MS * (0.5 + dependencies.random()));
  return { kind: 'wait', delayMs };
}

/** A retry takes from a budget, once: a plan that is written down has been paid for. */
async function mayRetry(
  { retries, catalogue }: RouteDependencies,
  { record, fold, plan }: PlannedRetry,
): Promise<boolean> {
  const failed = pastAttempts(fold).filter((one) => one.interrupted === undefined);
  const last = failed.at(-1);
  if (last === undefined || record.plan?.attempt === plan.attempt) return true;
  const providerId = catalogue.deployments.get(plan.choice ?? '')?.providerId ?? '';
  const isSame = catalogue.deployments.get(last.deployment)?.providerId === providerId;
  const cost = costOfRetry(last.failure.class);
  return retries.spend({ kind: isSame ? 'same' : 'failover', providerId, cost });
}

interface Dispatch {
  readonly plan: RoutePlan;
  readonly fold: JobFold;
  readonly message: RouteMessage;
}

/**
 * The plan is written down and the attempt enqueued at once: should another router have decided the same attempt, its plan
 * holds and is enqueued too, and the log lets one of the two become the attempt.
 */
async function dispatch(
  dependencies: RouteDependencies,
  record: JobRecord,
  { plan, fold, message }: Dispatch,
): Promise<void> {
  const { store, queue, catalogue, random, now } = dependencies;
  const enqueue = async ({ choice, reason, turn }: RoutePlan): Promise<void> => {
    const deployment = catalogue.deployments.get(choice ?? '');
    // A plan of a router that knows more deployments than this one: that router enqueues it.
    if (deployment === undefined) return;
    const delayMs = waitBeforeMs(deployment.id, pastAttempts(fold), {
      nowMs: now(),
      random: random(),
    });
    await queue.enqueueAttempt(
      deployment.providerId,
      { ...message, deployment: deployment.id, reason, ...(turn === undefined ? {} : { turn }) },
      { priority: record.priority, ...(delayMs === 0 ? {} : { delayMs }) },
    );
  };
  const [held] = await Promise.all([store.recordPlan(record.ref, plan), enqueue(plan)]);
  if (held.choice !== plan.choice) await enqueue(held);
}

async function giveUp(
  dependencies: RouteDependencies,
  record: JobRecord,
  failure: Failure,
): Promise<void> {
  const { log, instanceId, now } = dependencies;
  const job = await closeJob({
    log,
    ref: record.ref,
    fromSequence: record.acceptedSequence,
    writerId: instanceId,
    makeTerminal: ({ fold }) => ({
      at: now(),
      attempt: fold.shownAttempt ?? fold.attempts.at(-1)?.attempt ?? 0,
      outcome: failure.class === 'deadline' ? 'expired' : 'failed',
      finishReason: 'error',
      failure,
    }),
  });
  if (job.fold.terminal !== undefined) await settleJob(dependencies, record, job.fold);
}

function pastAttempts(fold: JobFold): PastAttempt[] {
  return fold.attempts.flatMap(({ deployment, failure, endedAt, interrupted }) =>
    failure === undefined || endedAt === undefined
      ? []
      : [{ deployment, failure, endedAtMs: endedAt, interrupted }],
  );
}

function explainEmpty(plan: RoutePlan): string {
  const dropped = plan.candidates.map((one) => `${one.deployment}: ${one.reasons.join(', ')}`);
  return dropped.length === 0 ? 'no deployment serves this model' : dropped.join('; ');
}
