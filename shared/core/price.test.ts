import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costNanoUsd, type DatedPrice, nanoUsdPerToken, nanoUsdToUsd, priceAt } from './price.ts';
import type { Usage } from './usage.ts';

describe('priceAt', () => {
  const first = priceFrom(100, 200);
  const second = priceFrom(200);
  const special = priceFrom(250, 260);

  it.each([
    ['before the first line', 99, undefined],
    ['at the first moment of a line', 100, first],
    ['at the moment when a line ends and the next begins', 200, second],
    ['while two lines hold, the later start', 255, special],
    ['after the later one has ended, the earlier one again', 260, second],
  ])('finds the price %s', (_when, nowMs, expected) => {
    expect(priceAt([special, first, second], nowMs)).toBe(expected);
  });

  it('knows no price where the list is empty', () => {
    expect(priceAt([], 1)).toBeUndefined();
  });
});

describe('costNanoUsd', () => {
  const price = {
    inputNanoUsd: 3_000,
    cachedInputNanoUsd: 300,
    cacheWriteNanoUsd: 3_750,
    outputNanoUsd: 15_000,
    isCap: false,
  };

  it.each<[string, Usage, number]>([
    ['plain input and output', { inputTokens: 10, outputTokens: 2 }, 60_000],
    ['cached input at its own rate', usage(10, 4), 18_000 + 1_200],
    ['cache-written input at its own rate', usage(10, 0, 4), 18_000 + 15_000],
    ['both at once', usage(10, 4, 4), 6_000 + 1_200 + 15_000],
    ['more cached than there is input as all of it', usage(10, 50), 3_000],
    ['more written than is left as what is left', usage(10, 8, 50), 2_400 + 7_500],
    ['nothing', usage(0), 0],
  ])('charges %s', (_what, used, expected) => {
    expect(costNanoUsd(used, price)).toBe(expected);
  });

  it('rounds a part of a nano-dollar up', () => {
    const tiny = { ...price, inputNanoUsd: 0.1 };

    expect(costNanoUsd({ inputTokens: 1, outputTokens: 0 }, tiny)).toBe(1);
  });

  it('is a whole number and never below zero, whatever a provider reports', () => {
    fc.assert(
      fc.property(anyUsage, anyPrice, (used, anyRates) => {
        const cost = costNanoUsd(used, anyRates);

        expect(Number.isInteger(cost)).toBe(true);
        expect(cost).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('never charges more than every token at the dearest rate: no token counts twice', () => {
    fc.assert(
      fc.property(anyUsage, anyPrice, (used, rates) => {
        const dearest = Math.max(
          rates.inputNanoUsd,
          rates.cachedInputNanoUsd,
          rates.cacheWriteNanoUsd,
          rates.outputNanoUsd,
        );

        const cost = costNanoUsd(used, rates);

        expect(cost).toBeLessThanOrEqual((used.inputTokens + used.outputTokens) * dearest);
      }),
    );
  });

  it('does not fall when input or output grows', () => {
    fc.assert(
      fc.property(anyUsage, anyPrice, fc.tuple(tokens, tokens), (used, rates, [more, longer]) => {
        const grown = {
          ...used,
          inputTokens: used.inputTokens + more,
          outputTokens: used.outputTokens + longer,
        };

        expect(costNanoUsd(grown, rates)).toBeGreaterThanOrEqual(costNanoUsd(used, rates));
      }),
    );
  });
});

describe('money', () => {
  it('is USD a million tokens in price lists and nano-USD a token inside', () => {
    expect(nanoUsdPerToken(2.5)).toBe(2_500);
    expect(nanoUsdToUsd(2_500 * 1_000_000)).toBe(2.5);
  });
});

function priceFrom(fromMs: number, toMs?: number): DatedPrice {
  return {
    fromMs,
    toMs,
    inputNanoUsd: 1,
    cachedInputNanoUsd: 1,
    cacheWriteNanoUsd: 1,
    outputNanoUsd: 1,
    isCap: false,
  };
}

function usage(inputTokens: number, cachedInputTokens?: number, cacheWriteTokens?: number): Usage {
  return { inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens: 0 };
}

const tokens = fc.nat(1_000_000);

const anyUsage = fc.record<Usage>(
  {
    inputTokens: tokens,
    cachedInputTokens: tokens,
    cacheWriteTokens: tokens,
    outputTokens: tokens,
  },
  { requiredKeys: ['inputTokens', 'outputTokens'] },
);

const anyPrice = fc.record({
  inputNanoUsd: fc.nat(100_000),
  cachedInputNanoUsd: fc.nat(100_000),
  cacheWriteNanoUsd: fc.nat(100_000),
  outputNanoUsd: fc.nat(100_000),
  isCap: fc.boolean(),
});
