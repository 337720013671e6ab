import type { JobSummary, RoutePlan } from '../../shared/contracts/http/job-view.ts';
import type { JobRef } from '../../shared/core/ids.ts';
import type {
  AcceptCommand,
  AcceptOutcome,
  JobPage,
  JobRecord,
  JobStore,
  ListOptions,
  SettledJob,
} from '../../shared/ports/job-store.ts';
import { MemoryAdmission } from './memory-admission.ts';

interface Claim {
  readonly jobId: string;
  readonly fingerprint: string;
}

/** Job records in memory; the contract suite of the store runs on it too. */
export class MemoryJobStore implements JobStore {
  readonly #now: () => number;
  readonly #records = new Map<string, JobRecord>();
  readonly #plans = new Map<string, RoutePlan>();
  readonly #claims = new Map<string, Claim>();
  readonly #started = new Set<string>();
  readonly #admission = new MemoryAdmission();
  readonly #leases = new Map<string, { holder: string; untilMs: number }>();

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Puts a record in as it is. */
  add(record: JobRecord): void {
    this.#records.set(keyOf(record.ref), record);
  }

  async accept(command: AcceptCommand): Promise<AcceptOutcome> {
    const { ref, idempotency, keyId, request, priority } = command;
    if (idempotency !== undefined) {
      const key = `${ref.tenantId}/${idempotency.keyDigest}`;
      const held = this.#claims.get(key);
      if (held?.fingerprint === idempotency.fingerprint) {
        return { kind: 'replayed', jobId: held.jobId };
      }
      if (held !== undefined) return { kind: 'mismatch' };
    }
    const acceptedAtMs = this.#now();
    const taken = this.#admission.take(command, this.#open().length, acceptedAtMs);
    if ('refusal' in taken) return { kind: 'refused', refusal: taken.refusal };
    if (idempotency !== undefined) {
      const key = `${ref.tenantId}/${idempotency.keyDigest}`;
      this.#claims.set(key, { jobId: ref.jobId, fingerprint: idempotency.fingerprint });
    }
    const deadlineAtMs = acceptedAtMs + command.deadlineMs;
    const times = { acceptedAtMs, deadlineAtMs };
    this.add({ ref, keyId, request, priority, ...times, acceptedSequence: 0 });
    const { reached } = taken;
    return { kind: 'created', ...times, ...(reached.length === 0 ? {} : { reached }) };
  }

  async abandon(ref: JobRef): Promise<void> {
    this.#records.delete(keyOf(ref));
    this.#admission.release(ref, 0, this.#now());
    for (const [key, claim] of this.#claims) {
      if (claim.jobId === ref.jobId) this.#claims.delete(key);
    }
  }

  async recordAccepted(ref: JobRef, acceptedSequence: number): Promise<void> {
    this.#change(ref, { acceptedSequence });
  }

  async get(ref: JobRef): Promise<JobRecord | undefined> {
    return this.#records.get(keyOf(ref));
  }

  async locate(ref: JobRef): Promise<{ readonly acceptedSequence: number } | undefined> {
    return this.#records.get(keyOf(ref));
  }

  async list(tenantId: string, { limit, cursor }: ListOptions): Promise<JobPage> {
    const all = [...this.#records.values()]
      .filter(
        ({ ref }) => ref.tenantId === tenantId && (cursor === undefined || ref.jobId < cursor),
      )
      .toSorted((a, b) => (a.ref.jobId < b.ref.jobId ? 1 : -1));
    const jobs = all.slice(0, limit).map((record) => this.#summarize(record));
    const last = jobs.at(-1);
    return { jobs, ...(all.length > limit && last ? { nextCursor: last.jobId } : {}) };
  }

  async recordPlan(ref: JobRef, plan: RoutePlan): Promise<RoutePlan> {
    const key = `${keyOf(ref)}/${String(plan.attempt)}`;
    const held = this.#plans.get(key);
    if (held !== undefined && (held.turn ?? 0) >= (plan.turn ?? 0)) return held;
    this.#change(ref, { plan });
    this.#plans.set(key, plan);
    return plan;
  }

  async lastPlan(ref: JobRef): Promise<RoutePlan | undefined> {
    return this.#records.get(keyOf(ref))?.plan;
  }

  async start(ref: JobRef): Promise<JobRecord | undefined> {
    this.#started.add(keyOf(ref));
    return this.#records.get(keyOf(ref));
  }

  async settle(ref: JobRef, { result, attempts }: SettledJob): Promise<boolean> {
    const record = this.#records.get(keyOf(ref));
    if (record === undefined || record.settled !== undefined) return false;
    this.#change(ref, { settled: { result, attempts } });
    this.#admission.release(ref, result.costNanoUsd ?? 0, this.#now());
    return true;
  }

  async overdue(limit: number): Promise<readonly JobRef[]> {
    return this.#open()
      .filter((record) => record.deadlineAtMs <= this.#now())
      .toSorted((a, b) => a.deadlineAtMs - b.deadlineAtMs)
      .slice(0, limit)
      .map(({ ref }) => ref);
  }

  async scanOpen(): Promise<{ readonly cursor: string; readonly jobs: readonly JobRef[] }> {
    return { cursor: '0', jobs: this.#open().map(({ ref }) => ref) };
  }

  async holdLease(name: string, holder: string, ttlMs: number): Promise<boolean> {
    const held = this.#leases.get(name);
    if (held !== undefined && held.holder !== holder && held.untilMs > this.#now()) return false;
    this.#leases.set(name, { holder, untilMs: this.#now() + ttlMs });
    return true;
  }

  async nowMs(): Promise<number> {
    return this.#now();
  }

  #summarize({ ref, request, acceptedAtMs, settled }: JobRecord): JobSummary {
    const open = this.#started.has(keyOf(ref)) ? 'running' : 'queued';
    const cost = settled?.result.costNanoUsd;
    return {
      jobId: ref.jobId,
      status: settled?.result.status ?? open,
      model: request.model,
      acceptedAt: acceptedAtMs,
      ...(cost === undefined ? {} : { costNanoUsd: cost }),
    };
  }

  #open(): JobRecord[] {
    return [...this.#records.values()].filter((record) => record.settled === undefined);
  }

  #change(ref: JobRef, change: Partial<JobRecord>): void {
    const record = this.#records.get(keyOf(ref));
    if (record !== undefined) this.add({ ...record, ...change });
  }
}

function keyOf({ tenantId, jobId }: JobRef): string {
  return `${tenantId}/${jobId}`;
}
