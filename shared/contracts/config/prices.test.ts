import { describe, expect, it } from 'vitest';
import { costNanoUsd, priceAt } from '../../core/price.ts';
import { compilePrice, priceSchema } from './prices.ts';

describe('a price list', () => {
  it('charges a long prompt at the highest tier that it exceeds, in whatever order they stand', () => {
    const price = compiled({
      input: 1,
      output: 1,
      tiers: [
        { aboveInputTokens: 100, input: 2, output: 2 },
        { aboveInputTokens: 200, input: 3, output: 3 },
      ],
    });

    const costs = [100, 101, 200, 201].map((inputTokens) =>
      costNanoUsd({ inputTokens, outputTokens: 0 }, price),
    );

    expect(costs).toEqual([100_000, 202_000, 400_000, 603_000]);
  });

  it.each([
    ['2026-11-23T00:30:00Z', 1_000],
    ['2026-11-23T01:00:00Z', 2_000],
    ['2026-11-23T23:59:00Z', 3_000],
    ['2026-11-22T02:00:00Z', 1_000],
  ])('at %s charges the rate of the hour', (at, expected) => {
    const price = compiled(
      {
        input: 1,
        output: 1,
        hours: [
          { days: ['mon', 'tue'], from: '01:00', to: '04:00', input: 2, output: 2 },
          { from: '22:00', to: '24:00', input: 3, output: 3 },
        ],
      },
      at,
    );

    expect(price.rates.inputNanoUsd).toBe(expected);
  });

  it('takes cached and written input as input, and thinking as output, where nothing is said', () => {
    const { rates } = compiled({ input: 1, output: 2 });

    expect(rates).toEqual({
      inputNanoUsd: 1_000,
      cachedInputNanoUsd: 1_000,
      cacheWriteNanoUsd: 1_000,
      outputNanoUsd: 2_000,
      thinkingOutputNanoUsd: 2_000,
    });
  });

  it.each([
    ['a rate below zero', { input: -1, output: 1 }],
    ['a time that is none', { input: 1, output: 1, hours: [{ from: '24:30', to: '25:00' }] }],
    [
      'tiers and hours at once',
      {
        input: 1,
        output: 1,
        tiers: [{ aboveInputTokens: 1, input: 1, output: 1 }],
        hours: [{ from: '01:00', to: '02:00', input: 1, output: 1 }],
      },
    ],
  ])('refuses %s', (_what, price) => {
    expect(priceSchema.safeParse({ from: '2026-01-01', ...price }).success).toBe(false);
  });
});

function compiled(price: object, at = '2026-11-22T12:00:00Z') {
  const parsed = priceSchema.parse({ from: '2026-01-01', ...price });
  const found = priceAt([compilePrice(parsed)], Date.parse(at));
  if (found === undefined) throw new Error('no price holds');
  return found;
}
