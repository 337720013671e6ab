import { createHash } from 'node:crypto';
import { AUTO_MODEL, type Catalogue } from '../../shared/contracts/config/catalogue.ts';
import type { JobRequest } from '../../shared/contracts/http/job-request.ts';
import { type Problem, problem } from '../../shared/contracts/http/problem.ts';
import type { JobRef } from '../../shared/core/ids.ts';
import { err, ok, type Result } from '../../shared/core/result.ts';
import { acceptJob } from '../../shared/jobs/accept-job.ts';
import type { AlertPublisher } from '../../shared/ports/alert-publisher.ts';
import type { Principal } from '../../shared/ports/api-key-store.ts';
import type { JobLog } from '../../shared/ports/job-log.ts';
import type { JobQueue } from '../../shared/ports/job-queue.ts';
import type { AcceptCommand, JobStore } from '../../shared/ports/job-store.ts';
import { giveAlerts } from './give-alerts.ts';
import { planAdmission, problemOfRefusal } from './plan-admission.ts';

/** Ten minutes for somebody who waits, a day for a batch. */
const DEFAULT_DEADLINE_MS = { interactive: 600_000, batch: 86_400_000 } as const;

/** What may stand in an idempotency key: it is hashed before it reaches a Redis key, but people read it in logs. */
const IDEMPOTENCY_KEY = /^[A-Za-z0-9_.~+/=-]{1,255}$/;

export interface SubmitDependencies {
  readonly store: JobStore;
  readonly log: JobLog;
  readonly queue: JobQueue;
  readonly catalogue: Catalogue;
  readonly alerts: AlertPublisher;
  readonly now: () => number;
  readonly newJobId: () => string;
  /** Unique to this process. */
  readonly instanceId: string;
}

export interface SubmitCommand {
  readonly principal: Principal;
  readonly request: JobRequest;
  readonly idempotencyKey?: string | undefined;
  /** Given by an edge that listens already. */
  readonly jobId?: string;
}

export interface Submitted {
  readonly jobId: string;
  readonly replayed: boolean;
}

/** Admits a job: when it resolves well, the log holds `accepted` and the queue holds the job. */
export async function submitJob(
  dependencies: SubmitDependencies,
  command: SubmitCommand,
): Promise<Result<Submitted, Problem>> {
  const refusal = refuse(dependencies, command);
  if (refusal !== undefined) return err(refusal);
  const { principal, request, idempotencyKey } = command;
  const { catalogue, alerts } = dependencies;
  const jobId = command.jobId ?? dependencies.newJobId();
  const ref = { tenantId: principal.tenantId, jobId };
  const { priority, deadlineMs } = deliveryOf(request);
  const nowMs = dependencies.now();
  const admission = planAdmission({ catalogue, principal, request, deadlineMs, nowMs });
  if (!admission.ok) return admission;
  const outcome = await dependencies.store.accept({
    ref,
    keyId: principal.keyId,
    request,
    priority,
    deadlineMs,
    admission: admission.value,
    ...claimOf(request, idempotencyKey),
  });
  switch (outcome.kind) {
    case 'mismatch':
      return err(problem('idempotency_mismatch'));
    case 'created': {
      const { acceptedAtMs, reached = [] } = outcome;
      giveAlerts(alerts, principal, { reached, at: acceptedAtMs });
      return finishAcceptance(dependencies, ref, { priority, acceptedAtMs, replayed: false });
    }
    case 'refused':
      return err(problemOfRefusal(outcome.refusal, admission.value));
    case 'replayed':
      return replay(dependencies, { ...ref, jobId: outcome.jobId });
  }
}

function deliveryOf({ delivery }: JobRequest): Pick<AcceptCommand, 'priority' | 'deadlineMs'> {
  const priority = delivery?.priority ?? 'interactive';
  return { priority, deadlineMs: delivery?.deadlineMs ?? DEFAULT_DEADLINE_MS[priority] };
}

/** What can be said of a submission without asking anybody. */
function refuse(
  { catalogue }: SubmitDependencies,
  { idempotencyKey, request }: SubmitCommand,
): Problem | undefined {
  if (idempotencyKey !== undefined && !IDEMPOTENCY_KEY.test(idempotencyKey)) {
    return problem('invalid_idempotency_key', '1 to 255 of A-Z a-z 0-9 _ . ~ + / = -');
  }
  if (request.model !== AUTO_MODEL && !catalogue.models.has(request.model)) {
    return problem('unknown_model', 'ask GET /v1/models of the edge for the names');
  }
  return undefined;
}

/** The twin may have come while the first is still between record and log: then it finishes the acceptance too. */
async function replay(
  dependencies: SubmitDependencies,
  ref: JobRef,
): Promise<Result<Submitted, Problem>> {
  const record = await dependencies.store.get(ref);
  if (record === undefined || record.acceptedSequence > 0) {
    return ok({ jobId: ref.jobId, replayed: true });
  }
  const { priority, acceptedAtMs } = record;
  return finishAcceptance(dependencies, ref, { priority, acceptedAtMs, replayed: true });
}

async function finishAcceptance(
  dependencies: SubmitDependencies,
  ref: JobRef,
  job: { priority: AcceptCommand['priority']; acceptedAtMs: number; replayed: boolean },
): Promise<Result<Submitted, Problem>> {
  const { store, catalogue, instanceId } = dependencies;
  const acceptance = await acceptJob(dependencies, {
    ref,
    configVersion: catalogue.version,
    priority: job.priority,
    acceptedAtMs: job.acceptedAtMs,
    writerId: instanceId,
  });
  switch (acceptance) {
    case 'accepted':
      return ok({ jobId: ref.jobId, replayed: job.replayed });
    case 'refused':
      await store.abandon(ref);
      return err(problem('unavailable', 'the job log takes no entries now; nothing was kept'));
    case 'unknown':
      return err(
        problem('unavailable', 'the job log did not answer; ask for the job before you repeat', {
          jobId: ref.jobId,
        }),
      );
  }
}

/** The schema gives a parsed request one order of keys, so equal requests have equal fingerprints. */
function claimOf(
  request: JobRequest,
  idempotencyKey: string | undefined,
): Pick<AcceptCommand, 'idempotency'> {
  if (idempotencyKey === undefined) return {};
  return {
    idempotency: {
      keyDigest: sha256(idempotencyKey),
      fingerprint: sha256(JSON.stringify(request)),
    },
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
