/**
 * Why a call was stopped. `lost`: somebody else has the job. `log-away`: the log takes nothing. `draining`: this process
 * ends. The first reason counts.
 */
export type StopReason = 'lost' | 'cancelled' | 'deadline' | 'draining' | 'log-away';

/** One per attempt: aborts the provider call and remembers why. */
export class StopSignal {
  readonly #controller = new AbortController();
  #reason: StopReason | undefined;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get reason(): StopReason | undefined {
    return this.#reason;
  }

  stop(reason: StopReason): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#controller.abort();
  }
}
