import { type DatedPrice, type Price, priceAt, type Rates } from './price.ts';

/** The most that one call can use, tokens. */
export interface TokenBound {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/**
 * The most that a call within the bound can cost at a price, whole nano-USD: the dearest of its tiers and hours, all input
 * at the dearest of plain, cached and cache-written, all output at the dearer of plain and thought over.
 */
export function worstCostNanoUsd(
  bound: TokenBound,
  price: Price & Partial<Pick<DatedPrice, 'hours'>>,
): number {
  const { rates, tiers, hours = [] } = price;
  const reached = tiers.filter((tier) => bound.inputTokens > tier.aboveInputTokens);
  const possible = [rates, ...reached.map((tier) => tier.rates), ...hours.map((one) => one.rates)];
  return Math.max(...possible.map((one) => costAt(bound, one)));
}

/** The prices that hold at some moment from `fromMs` to `toMs`, and whether none does at some moment of it. */
export function pricesWithin(
  prices: readonly DatedPrice[],
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): { readonly held: readonly DatedPrice[]; readonly hasGap: boolean } {
  const held = prices.filter(
    (price) => price.fromMs <= toMs && (price.toMs === undefined || price.toMs > fromMs),
  );
  // A gap begins now, or where a price ends.
  const ends = held.flatMap(({ toMs: end }) => (end === undefined || end > toMs ? [] : [end]));
  const hasGap = [fromMs, ...ends].some((moment) => priceAt(prices, moment) === undefined);
  return { held, hasGap };
}

function costAt({ inputTokens, outputTokens }: TokenBound, rates: Rates): number {
  const input = Math.max(rates.inputNanoUsd, rates.cachedInputNanoUsd, rates.cacheWriteNanoUsd);
  const output = Math.max(rates.outputNanoUsd, rates.thinkingOutputNanoUsd);
  return Math.ceil(inputTokens * input + outputTokens * output);
}
