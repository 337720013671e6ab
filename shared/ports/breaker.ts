/** When a breaker opens and for how long, as a provider's configuration says. */
export interface BreakerRules {
  /** Failures in a row, without a good call between them, that open it. */
  readonly consecutiveFailures: number;
  /** Share of failed calls in the last ten seconds that opens it, once there were 20 calls. */
  readonly failureRatio: number;
  /** How long it stays open the first time; doubled each time after. */
  readonly openMs: number;
}

/** The one process that may call a provider whose breaker is half-open, and until when. */
export interface ProbeLease {
  readonly holder: string;
  readonly untilMs: number;
}

/**
 * All that the fleet knows of one breaker. Times are the store's clock, epoch ms. It is closed without `openUntilMs` and
 * `rampFromMs`; with `openUntilMs` it is open until then and half-open after; with `rampFromMs` it lets a growing share through.
 */
export interface BreakerMemory {
  /** Failures that count fully, since the last good call. */
  readonly consecutive: number;
  /** Second → calls and failures in it. */
  readonly buckets: Readonly<Record<string, readonly [calls: number, failures: number]>>;
  /** How often it has opened since it was last closed for good. */
  readonly trips: number;
  readonly goodProbes: number;
  readonly openUntilMs?: number | undefined;
  readonly rampFromMs?: number | undefined;
  readonly probe?: ProbeLease | undefined;
}

/** What one or more calls said of a provider's health. All zero and no failure: nothing, it only gives a lease back. */
export interface BreakerReport {
  /** Good calls; counted before the failure. */
  readonly successes: number;
  /** `full` counts towards a row of failures and the share, `ratio` towards the share alone. */
  readonly failure?: 'full' | 'ratio' | undefined;
  /** What the provider asked for with the failure. */
  readonly retryAfterMs?: number | undefined;
  /** Holder of the probe's lease, if the call was one: it alone counts while the breaker is half-open. */
  readonly holder?: string | undefined;
}

/** The breakers that are not closed, as they were at `nowMs` of the store's clock. */
export interface BreakerSnapshot {
  readonly nowMs: number;
  readonly breakers: ReadonlyMap<string, BreakerMemory>;
}

export interface LeaseAnswer {
  /** True: the breaker is closed by now, or half-open and the probe is the holder's. */
  readonly isGranted: boolean;
  readonly nowMs: number;
  readonly breaker: BreakerMemory;
}

/**
 * The breakers of the fleet. A scope is one model at one provider's endpoint with one key: what fails there says nothing of
 * any other. Each method is one atomic step on the store's clock; the rules are those of `resilience/breaker.ts`.
 */
export interface BreakerStore {
  read(): Promise<BreakerSnapshot>;
  /** Asks for a half-open breaker's probe. Repeating it with the same holder prolongs the lease. */
  lease(
    scope: string,
    probe: { readonly holder: string; readonly leaseMs: number },
  ): Promise<LeaseAnswer>;
  /** `random` is in [0, 1) and spreads the time that it stays open. */
  report(
    scope: string,
    report: BreakerReport,
    chance: { readonly rules: BreakerRules; readonly random: number },
  ): Promise<{ readonly nowMs: number; readonly breaker: BreakerMemory }>;
}
