import type { Deployment } from '../../shared/contracts/config/catalogue.ts';
import type { ProviderConfig } from '../../shared/contracts/config/config.ts';
import type { JobRef } from '../../shared/core/ids.ts';
import { limitTokens } from '../../shared/jobs/expected-tokens.ts';
import type { CallOutcome } from '../../shared/ports/provider.ts';
import type { AttemptDependencies } from './dependencies.ts';

/** What was counted for a call in its provider's minute. `unlimited`: nothing, the provider has no such limit. */
export type TakenMinute =
  | { readonly kind: 'unlimited' }
  | { readonly kind: 'taken'; readonly second: number; readonly tokens: number };

export type TakeResult = TakenMinute | { readonly kind: 'full'; readonly waitMs: number };

type Dependencies = Pick<AttemptDependencies, 'catalogue' | 'limiter' | 'store'>;

export function isLimited(limits: ProviderConfig['limits']): boolean {
  return limits.requestsPerMinute !== undefined || limits.tokensPerMinute !== undefined;
}

/** Counts a call against the minute of its provider before it is made, if it fits. */
export async function takeMinute(
  { catalogue, limiter, store }: Dependencies,
  ref: JobRef,
  { providerId }: Deployment,
): Promise<TakeResult> {
  const limits = catalogue.providers.get(providerId)?.limits;
  if (limits === undefined || !isLimited(limits)) return { kind: 'unlimited' };
  const record = limits.tokensPerMinute === undefined ? undefined : await store.get(ref);
  const tokens = record === undefined ? 0 : limitTokens(record.request);
  const taken = await limiter.take(providerId, limits, tokens);
  return taken.kind === 'full' ? taken : { ...taken, tokens };
}

/**
 * Puts the minute right once the call has said what it used. One that did not say stays at what was expected. Nothing
 * waits for it, and an answer is not lost over it.
 */
export function correctMinute(
  { limiter, logger }: Pick<AttemptDependencies, 'limiter' | 'logger'>,
  { minute, deployment }: { readonly minute: TakenMinute; readonly deployment: Deployment },
  outcome: CallOutcome,
): void {
  if (minute.kind === 'unlimited' || outcome.kind === 'aborted') return;
  const { usage } = outcome;
  if (usage === undefined) return;
  const used = usage.inputTokens + usage.outputTokens;
  limiter
    .correct(deployment.providerId, minute.second, used - minute.tokens)
    .catch((error: unknown) => {
      logger.warn({ error: String(error) }, 'a minute could not be put right');
    });
}
