import type { Usage } from './usage.ts';

/** Rates in nano-USD a token (USD a million tokens × 1,000). */
export interface Rates {
  readonly inputNanoUsd: number;
  readonly cachedInputNanoUsd: number;
  readonly cacheWriteNanoUsd: number;
  readonly outputNanoUsd: number;
  /** Of all output of an answer that was reasoned over, where that costs more (Qwen). */
  readonly thinkingOutputNanoUsd: number;
}

/** Rates of a whole request whose input is longer than a bound. */
export interface RateTier {
  readonly aboveInputTokens: number;
  readonly rates: Rates;
}

/** What one deployment costs while it holds. */
export interface Price {
  readonly rates: Rates;
  /** By prompt length, longest bound first. */
  readonly tiers: readonly RateTier[];
  /** True where no list price is known and the configured cap stands in for it: an unknown price is never 0. */
  readonly isCap: boolean;
}

/** Hours in which other rates hold, UTC. */
export interface PriceHours {
  /** 0 = Sunday. */
  readonly days: ReadonlySet<number>;
  /** Minutes since midnight; `toMinute` is exclusive. */
  readonly fromMinute: number;
  readonly toMinute: number;
  /** Days to which the hours do not apply, `2027-01-01`. */
  readonly exceptDates: ReadonlySet<string>;
  readonly rates: Rates;
}

/** One line of a dated price list. `fromMs` and `toMs` are epoch milliseconds, `toMs` exclusive. */
export interface DatedPrice extends Price {
  readonly fromMs: number;
  readonly toMs?: number | undefined;
  readonly hours: readonly PriceHours[];
}

const MS_PER_MINUTE = 60_000;
const MINUTES_PER_DAY = 1_440;

/** The price that holds at `nowMs`, the latest start winning; undefined when the list has none for that moment. */
export function priceAt(prices: readonly DatedPrice[], nowMs: number): Price | undefined {
  let found: DatedPrice | undefined;
  for (const price of prices) {
    const holds = price.fromMs <= nowMs && (price.toMs === undefined || nowMs < price.toMs);
    if (holds && (found === undefined || price.fromMs > found.fromMs)) found = price;
  }
  const hours = found?.hours.find((one) => isWithin(one, nowMs));
  return found === undefined || hours === undefined ? found : { ...found, rates: hours.rates };
}

/**
 * Cost of `usage` in whole nano-USD, rounded up. Cached and cache-written tokens are part of the input; a provider that
 * reports more of them than input (seen in recordings) is clamped, so that no part is counted twice or below zero.
 */
export function costNanoUsd(usage: Usage, price: Price): number {
  const rates = ratesFor(usage.inputTokens, price);
  const cached = Math.min(usage.cachedInputTokens ?? 0, usage.inputTokens);
  const written = Math.min(usage.cacheWriteTokens ?? 0, usage.inputTokens - cached);
  const plain = usage.inputTokens - cached - written;
  const hasThought = (usage.reasoningTokens ?? 0) > 0;
  return Math.ceil(
    plain * rates.inputNanoUsd +
      cached * rates.cachedInputNanoUsd +
      written * rates.cacheWriteNanoUsd +
      usage.outputTokens * (hasThought ? rates.thinkingOutputNanoUsd : rates.outputNanoUsd),
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

/** A long prompt is billed at its tier as a whole, not only the part above the bound (all four vendors with tiers). */
function ratesFor(inputTokens: number, { rates, tiers }: Price): Rates {
  return tiers.find((tier) => inputTokens > tier.aboveInputTokens)?.rates ?? rates;
}

function isWithin({ days, fromMinute, toMinute, exceptDates }: PriceHours, nowMs: number): boolean {
  const minute = Math.floor(nowMs / MS_PER_MINUTE) % MINUTES_PER_DAY;
  if (minute < fromMinute || minute >= toMinute) return false;
  const now = new Date(nowMs);
  return days.has(now.getUTCDay()) && !exceptDates.has(now.toISOString().slice(0, 10));
}
