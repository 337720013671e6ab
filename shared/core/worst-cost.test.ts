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
    const tiered = fc.record({
      ...rates,
      tier: fc.record({ ...rates, aboveInputTokens: fc.integer({ min: 1, max: 900 }) }),
    });
    const hourly = fc.record({ ...rates, hour: fc.record(rates) });
    const usage = fc.record({
      inputTokens: fc.nat(1_000),
      outputTokens: fc.nat(1_000),
      cachedInputTokens: fc.nat(1_000),
      cacheWriteTokens: fc.nat(1_000),
      reasoningTokens: fc.nat(1),
    });

    fc.assert(
      fc.property(fc.oneof(tiered, hourly), usage, fc.nat(2 * DAY_MS), (one, used, ms) => {
        const price = aPrice('2026-01-01', {
          ...('tier' in one ? { ...one, tier: undefined, tiers: [one.tier] } : {}),
          ...('hour' in one
            ? { ...one, hour: undefined, hours: [{ ...one.hour, from: '06:00', to: '18:00' }] }
            : {}),
        });
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
  const { tier: _tier, hour: _hour, ...price }: { tier?: unknown; hour?: unknown } = { ...more };
  return compilePrice(priceSchema.parse({ from, input: 1, output: 2, ...price }));
}
