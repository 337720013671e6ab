import type { Budget } from '../../shared/contracts/config/budgets.ts';
import {
  type BudgetWindow,
  bookedNanoUsd,
  emptyWindow,
  reserveBudget,
  settleBudget,
} from '../../shared/core/budget-window.ts';
import type { JobRef } from '../../shared/core/ids.ts';
import type {
  Admission,
  ReachedShare,
  Refusal,
  Reservation,
} from '../../shared/ports/admission.ts';
import type { AcceptCommand } from '../../shared/ports/job-store.ts';

const MINUTE_MS = 60_000;
const BUSY_WAIT_MS = 1_000;
const NOTHING_RESERVED: Reservation = { amountNanoUsd: 0, budgets: [] };

interface Counted {
  readonly atMs: number;
  readonly tokens: number;
}

interface Holds {
  readonly submitter: string;
  readonly windows: readonly string[];
  readonly reservedNanoUsd: number;
}

/** What covers the jobs of a store in memory: the pure windows of shared/core, and plain counts for the keys. */
export class MemoryAdmission {
  readonly #windows = new Map<string, BudgetWindow>();
  readonly #minutes = new Map<string, readonly Counted[]>();
  readonly #holds = new Map<string, Holds>();

  take(
    { ref, keyId, admission }: AcceptCommand,
    openJobs: number,
    nowMs: number,
  ): { readonly reached: readonly ReachedShare[] } | { readonly refusal: Refusal } {
    if (admission === undefined) return { reached: [] };
    if (openJobs >= admission.maxOpenJobs) return refuse('open-jobs');
    const submitter = `${ref.tenantId}:${keyId}`;
    const refused = this.#askKey(submitter, admission, nowMs);
    if (refused !== undefined) return refuse(refused);
    const { reservation = NOTHING_RESERVED } = admission;
    const reserved = this.#reserve(reservation, { ref, keyId }, nowMs);
    if ('refusal' in reserved) return reserved;
    const { reached, changed } = reserved;
    for (const [name, window] of changed) this.#windows.set(name, window);
    const minute = this.#minutes.get(submitter) ?? [];
    this.#minutes.set(submitter, [...minute, { atMs: nowMs, tokens: admission.key?.tokens ?? 0 }]);
    const windows = [...changed.keys()];
    const { amountNanoUsd: reservedNanoUsd } = reservation;
    this.#holds.set(jobOf(ref), { submitter, windows, reservedNanoUsd });
    return { reached };
  }

  #reserve(
    { amountNanoUsd, budgets }: Reservation,
    { ref, keyId }: Pick<AcceptCommand, 'ref' | 'keyId'>,
    nowMs: number,
  ) {
    const reached: ReachedShare[] = [];
    const changed = new Map<string, BudgetWindow>();
    for (const budget of budgets) {
      const name = nameOf(budget, ref, keyId);
      const window = this.#windows.get(name) ?? emptyWindow(budget);
      const asked = reserveBudget(window, amountNanoUsd, nowMs);
      if (asked.kind === 'over') {
        const { kind: _over, ...wait } = asked;
        return { refusal: { by: 'budget' as const, budget, ...wait } };
      }
      changed.set(name, asked.window);
      const usedNanoUsd = bookedNanoUsd(window, nowMs) + asked.window.reservedNanoUsd;
      reached.push(...asked.alerts.map((share) => ({ budget, share, usedNanoUsd })));
    }
    return { reached, changed };
  }

  release(ref: JobRef, costNanoUsd: number, nowMs: number): void {
    const holds = this.#holds.get(jobOf(ref));
    this.#holds.delete(jobOf(ref));
    const { windows = [], reservedNanoUsd = 0 } = holds ?? {};
    for (const name of windows) {
      const window = this.#windows.get(name);
      if (window === undefined) continue;
      this.#windows.set(name, settleBudget(window, { reservedNanoUsd, costNanoUsd }, nowMs));
    }
  }

  #askKey(
    submitter: string,
    { key }: Admission,
    nowMs: number,
  ): 'concurrent-jobs' | 'minute' | undefined {
    const { requestsPerMinute, tokensPerMinute, concurrentJobs } = key?.limits ?? {};
    const open = [...this.#holds.values()].filter((holds) => holds.submitter === submitter).length;
    if (open >= (concurrentJobs ?? Infinity)) return 'concurrent-jobs';
    const minute = (this.#minutes.get(submitter) ?? []).filter(
      ({ atMs }) => nowMs - atMs < MINUTE_MS,
    );
    const tokens = minute.reduce((sum, one) => sum + one.tokens, key?.tokens ?? 0);
    const isFull =
      minute.length >= (requestsPerMinute ?? Infinity) || tokens > (tokensPerMinute ?? Infinity);
    return isFull ? 'minute' : undefined;
  }
}

function nameOf({ id, isPerKey }: Budget, { tenantId }: JobRef, keyId: string): string {
  return isPerKey ? `${id}:${tenantId}:${keyId}` : `${id}:${tenantId}`;
}

function jobOf({ tenantId, jobId }: JobRef): string {
  return `${tenantId}/${jobId}`;
}

function refuse(by: 'open-jobs' | 'concurrent-jobs' | 'minute'): { readonly refusal: Refusal } {
  return { refusal: { by, waitMs: BUSY_WAIT_MS } };
}
