import type { FaultKind, SandboxProvider } from './faults.ts';

/** Bound of the record; the oldest call is dropped first. */
const MAX_CALLS = 20_000;

export type CallEnd = 'complete' | 'client-closed' | 'fault';

/** What the sandbox saw of one call. Tests use it as the outside witness of "the provider's socket was closed". */
export interface SandboxCall {
  readonly id: string;
  readonly number: number;
  readonly provider: SandboxProvider;
  readonly model: string;
  /** See `promptHash`: of the last user message, directives included. */
  readonly promptHash: string;
  readonly tag: string | undefined;
  readonly stream: boolean;
  /** One `promptHash` an image: of its base64 text, or of its address. */
  readonly images: readonly string[];
  /** Pieces of earlier reasoning that the request brought back. */
  readonly reasoningReturned: number;
  readonly fault: FaultKind | undefined;
  /** Epoch ms. */
  readonly startedAt: number;
  /** Epoch ms of the first delta. */
  firstDeltaAt: number | undefined;
  deltasSent: number;
  /** Undefined while the call runs. A stalled call that the client left ends as `client-closed`. */
  endedHow: CallEnd | undefined;
  /** Epoch ms. */
  endedAt: number | undefined;
}

/** Totals since the start or the last reset. They also count calls that the bounded record has dropped. */
export interface CallStats {
  calls: number;
  open: number;
  peakOpen: number;
  deltas: number;
  complete: number;
  clientClosed: number;
  fault: number;
  byModel: Record<string, number>;
}

export class CallRecord {
  readonly #calls = new Map<string, SandboxCall>();
  #stats = emptyStats();
  #lastNumber = 0;

  begin(
    call: Omit<
      SandboxCall,
      'id' | 'startedAt' | 'firstDeltaAt' | 'deltasSent' | 'endedHow' | 'endedAt'
    >,
  ): SandboxCall {
    const begun: SandboxCall = {
      ...call,
      id: `sandbox-${call.number}`,
      startedAt: Date.now(),
      firstDeltaAt: undefined,
      deltasSent: 0,
      endedHow: undefined,
      endedAt: undefined,
    };
    this.#calls.set(begun.id, begun);
    this.#dropOldest();
    this.#stats.calls += 1;
    this.#stats.open += 1;
    this.#stats.peakOpen = Math.max(this.#stats.peakOpen, this.#stats.open);
    this.#stats.byModel[call.model] = (this.#stats.byModel[call.model] ?? 0) + 1;
    return begun;
  }

  /** Numbers are never used twice, also after a reset: oracle texts of two calls always differ. */
  nextNumber(): number {
    this.#lastNumber += 1;
    return this.#lastNumber;
  }

  deltas(call: SandboxCall, count: number): void {
    if (count === 0) return;
    call.firstDeltaAt ??= Date.now();
    call.deltasSent += count;
    this.#stats.deltas += count;
  }

  /** The first end counts: a connection that we reset is not one that the client closed. */
  end(call: SandboxCall, how: CallEnd): void {
    if (call.endedHow !== undefined) return;
    call.endedHow = how;
    call.endedAt = Date.now();
    this.#stats.open = Math.max(0, this.#stats.open - 1);
    if (how === 'client-closed') this.#stats.clientClosed += 1;
    else this.#stats[how] += 1;
  }

  /** Oldest first. */
  list(): SandboxCall[] {
    return Array.from(this.#calls.values(), (call) => ({ ...call }));
  }

  stats(): CallStats {
    return { ...this.#stats, byModel: { ...this.#stats.byModel } };
  }

  /** Forgets ended calls and totals; calls that run stay and stay counted as open. */
  reset(): void {
    for (const [id, call] of this.#calls) if (call.endedHow !== undefined) this.#calls.delete(id);
    this.#stats = { ...emptyStats(), open: this.#stats.open, peakOpen: this.#stats.open };
  }

  #dropOldest(): void {
    if (this.#calls.size <= MAX_CALLS) return;
    for (const oldest of this.#calls.keys()) {
      this.#calls.delete(oldest);
      return;
    }
  }
}

function emptyStats(): CallStats {
  return {
    calls: 0,
    open: 0,
    peakOpen: 0,
    deltas: 0,
    complete: 0,
    clientClosed: 0,
    fault: 0,
    byModel: {},
  };
}
