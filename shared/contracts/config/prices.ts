import { z } from 'zod';
import { type DatedPrice, nanoUsdPerToken, type PriceHours, type Rates } from '../../core/price.ts';

/** Price tables as people write them: USD a million tokens, with the day from which they hold and where they are from. */
const date = z.iso.date();
const usd = z.number().nonnegative();
const timeOfDay = z.string().regex(/^([01]\d:[0-5]\d|2[0-3]:[0-5]\d|24:00)$/, 'HH:MM, UTC');

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

const rates = {
  input: usd,
  /** Default: as input. */
  cachedInput: usd.optional(),
  /** Default: as input. */
  cacheWrite: usd.optional(),
  output: usd,
  /** All output of an answer that was reasoned over. Default: as output. */
  thinkingOutput: usd.optional(),
};

export const priceSchema = z
  .strictObject({
    from: date,
    to: date.optional(),
    currency: z.literal('USD').default('USD'),
    per: z.literal(1_000_000).default(1_000_000),
    ...rates,
    /** Rates of the whole request when its input is longer. */
    tiers: z
      .array(z.strictObject({ aboveInputTokens: z.number().int().positive(), ...rates }))
      .max(16)
      .optional(),
    /** Rates at certain hours of certain days, UTC; the first that fits holds. */
    hours: z
      .array(
        z.strictObject({
          days: z
            .array(z.enum(DAYS))
            .min(1)
            .default([...DAYS]),
          from: timeOfDay,
          to: timeOfDay,
          exceptDates: z.array(date).max(400).default([]),
          ...rates,
        }),
      )
      .max(16)
      .optional(),
    source: z.string().optional(),
  })
  .refine((price) => price.tiers === undefined || price.hours === undefined, {
    error: 'a price has tiers or hours, not both: no provider has, and which wins would be a guess',
  });

export type PriceConfig = z.infer<typeof priceSchema>;

/** List prices by the name that a vendor gives a model, for deployments that state none of their own. */
export const listPricesSchema = z.array(
  z.strictObject({
    /** The provider kinds that sell the models at these prices. */
    kinds: z.array(z.string()).min(1),
    models: z.array(z.string()).min(1),
    prices: z.array(priceSchema).min(1),
  }),
);

export type ListPrices = z.infer<typeof listPricesSchema>;

export function compilePrice(price: PriceConfig): DatedPrice {
  const tiers = (price.tiers ?? []).map((tier) => ({
    aboveInputTokens: tier.aboveInputTokens,
    rates: compileRates(tier),
  }));
  return {
    fromMs: Date.parse(price.from),
    toMs: price.to === undefined ? undefined : Date.parse(price.to),
    rates: compileRates(price),
    tiers: tiers.toSorted((a, b) => b.aboveInputTokens - a.aboveInputTokens),
    hours: (price.hours ?? []).map(compileHours),
    isCap: false,
  };
}

/** Rates where only those of input and output are known; USD a million tokens. */
export function compileRates(config: z.infer<z.ZodObject<typeof rates>>): Rates {
  const {
    input,
    cachedInput = input,
    cacheWrite = input,
    output,
    thinkingOutput = output,
  } = config;
  return {
    inputNanoUsd: nanoUsdPerToken(input),
    cachedInputNanoUsd: nanoUsdPerToken(cachedInput),
    cacheWriteNanoUsd: nanoUsdPerToken(cacheWrite),
    outputNanoUsd: nanoUsdPerToken(output),
    thinkingOutputNanoUsd: nanoUsdPerToken(thinkingOutput),
  };
}

function compileHours(hours: NonNullable<PriceConfig['hours']>[number]): PriceHours {
  return {
    days: new Set(hours.days.map((day) => DAYS.indexOf(day))),
    fromMinute: minuteOf(hours.from),
    toMinute: minuteOf(hours.to),
    exceptDates: new Set(hours.exceptDates),
    rates: compileRates(hours),
  };
}

function minuteOf(time: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return hour * 60 + minute;
}
