import type { Usage } from './usage.ts';

/** Rates of one deployment while they hold, in nano-USD a token (USD a million tokens × 1,000). */
export interface Price {
  readonly inputNanoUsd: number;
  readonly cachedInputNanoUsd: number;
  readonly cacheWriteNanoUsd: number;
  readonly outputNanoUsd: number;
  /** True where no list price is known and the configured cap stands in for it: an unknown price is never 0. */
  readonly isCap: boolean;
}

/** One line of a dated price list. `from` and `to` are epoch milliseconds, `to` exclusive. */
export interface DatedPrice extends Price {
  readonly fromMs: number;
  readonly toMs?: number | undefined;
}

/** The price that holds at `nowMs`, the latest start winning; undefined when the list has none for that moment. */
export function priceAt(prices: readonly DatedPrice[], nowMs: number): DatedPrice | undefined {
  let found: DatedPrice | undefined;
  for (const price of prices) {
    const holds = price.fromMs <= nowMs && (price.toMs === undefined || nowMs < price.toMs);
    if (holds && (found === undefined || price.fromMs > found.fromMs)) found = price;
  }
  return found;
}

/**
 * Cost of `usage` in whole nano-USD, rounded up. Cached and cache-written tokens are part of the input; a provider that
 * reports more of them than input (seen in recordings) is clamped, so that no part is counted twice or below zero.
 */
export function costNanoUsd(usage: Usage, price: Price): number {
  const cached = Math.min(usage.cachedInputTokens ?? 0, usage.inputTokens);
  const written = Math.min(usage.cacheWriteTokens ?? 0, usage.inputTokens - cached);
  const plain = usage.inputTokens - cached - written;
  return Math.ceil(
    plain * price.inputNanoUsd +
      cached * price.cachedInputNanoUsd +
      written * price.cacheWriteNanoUsd +
      usage.outputTokens * price.outputNanoUsd,
  );
}

/** USD a million tokens, as price lists write it, to nano-USD a token. */
export function nanoUsdPerToken(usdPerMillion: number): number {
  return usdPerMillion * 1_000;
}

/** For people only: money inside is integer nano-USD. */
export function nanoUsdToUsd(nanoUsd: number): number {
  return nanoUsd / 1_000_000_000;
}
