import type {
  BreakerMemory,
  BreakerReport,
  BreakerRules,
  BreakerSnapshot,
  BreakerStore,
  LeaseAnswer,
} from '../../shared/ports/breaker.ts';
import { applyReport, CLOSED, leaseProbe, passageOf } from '../../shared/resilience/breaker.ts';

/** The pure rules behind the port: what the store in Redis must equal, state by state. */
export class MemoryBreakerStore implements BreakerStore {
  readonly #now: () => number;
  readonly #breakers = new Map<string, BreakerMemory>();
  isAway = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Puts a state in as it is. */
  set(scope: string, breaker: BreakerMemory): void {
    this.#breakers.set(scope, breaker);
  }

  async read(): Promise<BreakerSnapshot> {
    this.#mustBeThere();
    const nowMs = this.#now();
    const notClosed = [...this.#breakers].filter(
      ([, breaker]) => passageOf(breaker, nowMs).kind !== 'closed',
    );
    return { nowMs, breakers: new Map(notClosed) };
  }

  async lease(
    scope: string,
    { holder, leaseMs }: { readonly holder: string; readonly leaseMs: number },
  ): Promise<LeaseAnswer> {
    this.#mustBeThere();
    const nowMs = this.#now();
    const answer = leaseProbe(this.#of(scope), { holder, leaseMs, nowMs });
    this.#breakers.set(scope, answer.breaker);
    return { ...answer, nowMs };
  }

  async report(
    scope: string,
    report: BreakerReport,
    { rules, random }: { readonly rules: BreakerRules; readonly random: number },
  ) {
    this.#mustBeThere();
    const nowMs = this.#now();
    const breaker = applyReport(this.#of(scope), report, { rules, nowMs, random });
    this.#breakers.set(scope, breaker);
    return { nowMs, breaker };
  }

  #of(scope: string): BreakerMemory {
    return this.#breakers.get(scope) ?? CLOSED;
  }

  #mustBeThere(): void {
    if (this.isAway) throw new Error('the store is away');
  }
}
