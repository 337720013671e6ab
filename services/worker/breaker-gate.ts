import type { Deployment } from '../../shared/contracts/config/catalogue.ts';
import type { ProviderConfig } from '../../shared/contracts/config/config.ts';
import { failureRule } from '../../shared/core/failure.ts';
import type { BreakerReport } from '../../shared/ports/breaker.ts';
import type { Logger } from '../../shared/ports/logger.ts';
import type { CallOutcome } from '../../shared/ports/provider.ts';
import type { BreakerWatch } from '../../shared/resilience/breaker-watch.ts';
import type { StopReason } from './stop-signal.ts';

/** Good calls are told together, this far apart: a busy provider costs four round trips a second, not one a call. */
const TELL_EVERY_MS = 250;

/** What is known may be this old: a breaker that opens no longer than this is asked itself. */
const CLOSE_CALL_MS = 100;

/** On top of the provider's own patience, until its first word has come through us. */
const PROBE_MARGIN_MS = 5_000;

export interface BreakerGateOptions {
  readonly breakers: BreakerWatch;
  readonly providers: ReadonlyMap<string, ProviderConfig>;
  readonly logger: Logger;
  /** In [0, 1). */
  readonly random: () => number;
}

/** One call that was let through. Exactly one of `ended` and `notMade` is to follow. */
export interface GuardedCall {
  /** The provider has begun to answer: a probe has its answer and need not block the next one until the stream ends. */
  answered(): void;
  ended(outcome: CallOutcome, stopped: StopReason | undefined): void;
  notMade(): void;
}

/** Asks the fleet's breakers before a call and tells them how it went, without a round trip while all is well. */
export class BreakerGate {
  readonly #options: BreakerGateOptions;
  readonly #timer: NodeJS.Timeout;
  /** Good calls that the fleet has not been told of, by deployment: their number is bounded by the configuration. */
  readonly #untold = new Map<Deployment, number>();
  readonly #telling = new Set<Promise<void>>();

  constructor(options: BreakerGateOptions) {
    this.#options = options;
    this.#timer = setInterval(() => {
      for (const deployment of this.#untold.keys()) this.#tell(deployment, {});
    }, TELL_EVERY_MS);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#telling);
  }

  /** Undefined: the breaker is open, or half-open and another call is its probe. `holder` names the attempt. */
  async admit(deployment: Deployment, holder: string): Promise<GuardedCall | undefined> {
    const { breakers } = this.#options;
    const passage = breakers.passage(deployment.breakerScope);
    if (passage.kind === 'closed' || passage.kind === 'ramp') return this.#guard(deployment);
    if (passage.kind === 'open' && passage.waitMs > CLOSE_CALL_MS) return undefined;
    const leaseMs = this.#probeMs(deployment);
    const isGranted = await breakers.lease(deployment.breakerScope, holder, leaseMs);
    return isGranted ? this.#guard(deployment, holder) : undefined;
  }

  #guard(deployment: Deployment, holder?: string): GuardedCall {
    let probe = holder;
    const tellProbe = (said: Omit<BreakerReport, 'holder'>) => {
      if (probe === undefined) return false;
      this.#tell(deployment, { ...said, holder: probe });
      probe = undefined;
      return true;
    };
    return {
      answered: () => void tellProbe({ successes: 1 }),
      notMade: () => void tellProbe({ successes: 0 }),
      ended: (outcome, stopped) => {
        const said = readOutcome(outcome, stopped);
        if (tellProbe(said)) return;
        if (said.failure !== undefined) this.#tell(deployment, said);
        // The answer to a probe was told when it began.
        else if (holder === undefined) this.#count(deployment, said.successes);
      },
    };
  }

  #count(deployment: Deployment, successes: number): void {
    if (successes === 0) return;
    this.#untold.set(deployment, (this.#untold.get(deployment) ?? 0) + successes);
  }

  #tell(deployment: Deployment, said: Partial<BreakerReport>): void {
    const { breakers, providers, logger, random } = this.#options;
    const rules = providers.get(deployment.providerId)?.breaker;
    if (rules === undefined) return;
    const untold = this.#untold.get(deployment) ?? 0;
    this.#untold.delete(deployment);
    const report = { ...said, successes: untold + (said.successes ?? 0) };
    const telling = breakers
      .report(deployment.breakerScope, report, { rules, random: random() })
      .then((hasOpened) => {
        if (!hasOpened) return;
        const { providerId, requestModel } = deployment;
        logger.warn({ provider: providerId, model: requestModel }, 'a breaker has opened');
      })
      .finally(() => this.#telling.delete(telling));
    this.#telling.add(telling);
  }

  #probeMs({ providerId }: Deployment): number {
    const timeouts = this.#options.providers.get(providerId)?.timeouts;
    return (timeouts?.connectMs ?? 0) + (timeouts?.ttftMs ?? 0) + PROBE_MARGIN_MS;
  }
}

/**
 * What a call says of its provider. Nothing, where we stopped it (a cancel, a deadline, our own end), or where the failure
 * is the caller's or the key's doing.
 */
function readOutcome(
  outcome: CallOutcome,
  stopped: StopReason | undefined,
): Omit<BreakerReport, 'holder'> {
  if (outcome.kind === 'completed') return { successes: 1 };
  if (outcome.kind === 'aborted' || stopped !== undefined) return { successes: 0 };
  const { class: failureClass, retryAfterMs } = outcome.failure;
  const { breaker } = failureRule(failureClass);
  if (breaker === 'never') return { successes: 0 };
  return { successes: 0, failure: breaker, retryAfterMs };
}
