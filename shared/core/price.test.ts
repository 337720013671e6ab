import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  costNanoUsd,
  type DatedPrice,
  nanoUsdPerToken,
  nanoUsdToUsd,
  type Price,
  priceAt,
  type Rates,
} from './price.ts';
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

  it.each([
    ['before the hours', '2026-11-23T00:59:59Z', 1],
    ['at their first minute', '2026-11-23T01:00:00Z', 2],
    ['at their last minute', '2026-11-23T03:59:59Z', 2],
    ['at their end', '2026-11-23T04:00:00Z', 1],
    ['on another day of the week', '2026-11-22T02:00:00Z', 1],
    ['on a day that is excepted', '2027-01-01T02:00:00Z', 1],
  ])('takes the rates of the hour %s', (_when, at, expected) => {
    const peak = {
      days: new Set([1, 2, 3, 4, 5]),
      fromMinute: 60,
      toMinute: 240,
      exceptDates: new Set(['2027-01-01']),
      rates: flatRates(2),
    };
    const price = { ...priceFrom(0), hours: [peak] };

    expect(priceAt([price], Date.parse(at))?.rates).toEqual(flatRates(expected));
  });

  it('knows no price where the list is empty', () => {
    expect(priceAt([], 1)).toBeUndefined();
  });
});

describe('costNanoUsd', () => {
  const rates: Rates = {
    inputNanoUsd: 3_000,
    cachedInputNanoUsd: 300,
    cacheWriteNanoUsd: 3_750,
    outputNanoUsd: 15_000,
    thinkingOutputNanoUsd: 20_000,
  };
  const price: Price = { rates, tiers: [], isCap: false };

  it.each<[string, Usage, number]>([
    ['plain input and output', { inputTokens: 10, outputTokens: 2 }, 60_000],
    ['cached input at its own rate', usage(10, 4), 18_000 + 1_200],
    ['cache-written input at its own rate', usage(10, 0, 4), 18_000 + 15_000],
    ['both at once', usage(10, 4, 4), 6_000 + 1_200 + 15_000],
    ['more cached than there is input as all of it', usage(10, 50), 3_000],
    ['more written than is left as what is left', usage(10, 8, 50), 2_400 + 7_500],
    ['nothing', usage(0), 0],
    ['a reasoned answer at the rate of thinking', reasoned(2, 1), 2 * 20_000],
    ['an answer that reports no reasoning at the plain rate', reasoned(2, 0), 2 * 15_000],
  ])('charges %s', (_what, used, expected) => {
    expect(costNanoUsd(used, price)).toBe(expected);
  });

  it('rounds a part of a nano-dollar up', () => {
    const tiny = { ...price, rates: { ...rates, inputNanoUsd: 0.1 } };

    expect(costNanoUsd({ inputTokens: 1, outputTokens: 0 }, tiny)).toBe(1);
  });

  it.each([
    [200, 200 * 3_000],
    [201, 201 * 6_000],
    [400, 400 * 6_000],
    [401, 401 * 9_000],
  ])('charges all %i tokens of a prompt at the rate of its length', (inputTokens, expected) => {
    const tiers = [
      { aboveInputTokens: 400, rates: { ...rates, inputNanoUsd: 9_000 } },
      { aboveInputTokens: 200, rates: { ...rates, inputNanoUsd: 6_000 } },
    ];

    expect(costNanoUsd(usage(inputTokens), { ...price, tiers })).toBe(expected);
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
      fc.property(anyUsage, anyPrice, (used, anyRates) => {
        const dearest = Math.max(...Object.values<number>({ ...anyRates.rates }));

        const cost = costNanoUsd(used, anyRates);

        expect(cost).toBeLessThanOrEqual((used.inputTokens + used.outputTokens) * dearest);
      }),
    );
  });

  it('does not fall when input or output grows', () => {
    fc.assert(
      fc.property(
        anyUsage,
        anyPrice,
        fc.tuple(tokens, tokens),
        (used, anyRates, [more, longer]) => {
          const grown = {
            ...used,
            inputTokens: used.inputTokens + more,
            outputTokens: used.outputTokens + longer,
          };

          expect(costNanoUsd(grown, anyRates)).toBeGreaterThanOrEqual(costNanoUsd(used, anyRates));
        },
      ),
    );
  });
});

describe('money', () => {
  it('is USD a million tokens in price lists and nano-USD a token inside', () => {
    expect(nanoUsdPerToken(2.5)).toBe(2_500);
    expect(nanoUsdToUsd(2_500 * 1_000_000)).toBe(2.5);
  });
});

function flatRates(nanoUsd: number): Rates {
  return {
    inputNanoUsd: nanoUsd,
    cachedInputNanoUsd: nanoUsd,
    cacheWriteNanoUsd: nanoUsd,
    outputNanoUsd: nanoUsd,
    thinkingOutputNanoUsd: nanoUsd,
  };
}

function priceFrom(fromMs: number, toMs?: number): DatedPrice {
  return { fromMs, toMs, rates: flatRates(1), tiers: [], hours: [], isCap: false };
}

function reasoned(outputTokens: number, reasoningTokens: number): Usage {
  return { inputTokens: 0, outputTokens, reasoningTokens };
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

const rate = fc.nat(100_000);

const anyPrice = fc.record<Price>({
  rates: fc.record({
    inputNanoUsd: rate,
    cachedInputNanoUsd: rate,
    cacheWriteNanoUsd: rate,
    outputNanoUsd: rate,
    thinkingOutputNanoUsd: rate,
  }),
  tiers: fc.constant([]),
  isCap: fc.boolean(),
});
