import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePrice, priceSchema } from '../contracts/config/prices.ts';
import { costNanoUsd, type DatedPrice, priceAt } from './price.ts';
import { pricesWithin, worstCostNanoUsd } from './worst-cost.ts';

const DAY_MS = 86_400_000;
const START_MS = Date.parse('2026-11-22T00:00:00Z');

describe('worstCostNanoUsd', () => {
  it('is never below what a call within the bound costs, at any price, tier and hour', () => {
    const usd = fc.integer({ min: 0, max: 90 });
    const rates = {
      input: usd,
      output: usd,
      cachedInput: usd,
      cacheWrite: usd,
      thinkingOutput: usd,
    };
    const tier = fc.record({ ...rates, aboveInputTokens: fc.integer({ min: 1, max: 900 }) });
    const hours = { ...rates, from: fc.constant('06:00'), to: fc.constant('18:00') };
    const prices = fc.oneof(
      fc.record({ ...rates, tiers: fc.array(tier, { maxLength: 3 }) }),
      fc.record({ ...rates, hours: fc.array(fc.record(hours), { maxLength: 3 }) }),
    );
    const tokens = fc.nat(1_000);
    const usage = fc.record({
      inputTokens: tokens,
      outputTokens: tokens,
      cachedInputTokens: tokens,
      cacheWriteTokens: tokens,
      reasoningTokens: tokens,
    });

    fc.assert(
      fc.property(prices, usage, fc.nat(2 * DAY_MS), (one, used, ms) => {
        const price = aPrice('2026-01-01', one);
        const then = priceAt([price], START_MS + ms);

        const worst = worstCostNanoUsd({ inputTokens: 1_000, outputTokens: 1_000 }, price);

        expect(then === undefined ? Infinity : costNanoUsd(used, then)).toBeLessThanOrEqual(worst);
      }),
    );
  });

  it('leaves out the tiers that the input cannot reach', () => {
    const price = aPrice('2026-01-01', {
      tiers: [{ aboveInputTokens: 200, input: 10, output: 10 }],
    });

    expect(worstCostNanoUsd({ inputTokens: 200, outputTokens: 1 }, price)).toBe(202_000);
    expect(worstCostNanoUsd({ inputTokens: 201, outputTokens: 1 }, price)).toBe(2_020_000);
  });
});

describe('pricesWithin', () => {
  it('finds the price of today and the one that begins before the deadline', () => {
    const prices = [
      aPrice('2026-01-01', { to: '2026-11-23' }),
      aPrice('2026-11-23'),
      aPrice('2026-11-25'),
    ];

    const { held, hasGap } = pricesWithin(prices, { fromMs: START_MS, toMs: START_MS + DAY_MS });

    expect(held).toEqual(prices.slice(0, 2));
    expect(hasGap).toBe(false);
  });

  it.each([
    ['no price at all', []],
    ['a price that has ended', [aPrice('2026-01-01', { to: '2026-11-01' })]],
    ['a price that begins tomorrow', [aPrice('2026-11-23')]],
    ['a price that ends before the deadline', [aPrice('2026-01-01', { to: '2026-11-23' })]],
  ])('sees the gap of %s', (_name, prices) => {
    const { hasGap } = pricesWithin(prices, { fromMs: START_MS, toMs: START_MS + 2 * DAY_MS });

    expect(hasGap).toBe(true);
  });
});

function aPrice(from: string, more: object = {}): DatedPrice {
  return compilePrice(priceSchema.parse({ from, input: 1, output: 2, ...more }));
}
