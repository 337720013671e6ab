import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { jsonForSchema } from './answer-json.ts';
import { randomFrom } from './random.ts';

const HASHES = Array.from({ length: 40 }, (_, index) =>
  (index * 7_919_777 + 13).toString(16).padStart(8, '0'),
);

const SHAPES: Record<string, z.ZodType> = {
  'an order with lists and options': z.strictObject({
    customer: z.string().min(3).max(40),
    email: z.email(),
    day: z.iso.date(),
    placedAt: z.iso.datetime(),
    lines: z
      .array(
        z.strictObject({
          sku: z.string(),
          quantity: z.int().min(1).max(9),
          price: z.number().min(0),
        }),
      )
      .min(2)
      .max(5),
    state: z.enum(['open', 'paid', 'sent']),
    isGift: z.boolean(),
    note: z.string().nullable(),
    version: z.literal(3),
  }),
  'bounded numbers': z.strictObject({
    share: z.number().gt(0).lt(1),
    even: z.int().multipleOf(2).min(11).max(20),
    negative: z.int().max(-5),
    whole: z.int().min(5).max(5),
  }),
  'a choice of objects': z.union([
    z.strictObject({ kind: z.literal('a'), size: z.int() }),
    z.strictObject({ kind: z.literal('b') }),
  ]),
  'a tuple': z.strictObject({ pair: z.tuple([z.string(), z.int()]) }),
  'a list at the top': z.array(z.string()).min(1).max(2),
};

describe('jsonForSchema', () => {
  it.each(Object.entries(SHAPES))('makes values that fit %s', (_name, shape) => {
    const schema = z.toJSONSchema(shape);

    const made = HASHES.map((hash) =>
      jsonForSchema(schema, {
        prompt: 'Ada Lovelace paid 12 pounds for 3.5 kg',
        random: randomFrom(hash),
        mark: '[sandbox]',
      }),
    );

    for (const value of made) expect(shape.safeParse(value).error).toBeUndefined();
  });

  it('comes to an end with a schema that holds itself', () => {
    const schema = {
      type: 'object',
      properties: {
        name: { type: 'string' },
        children: { type: 'array', items: { $ref: '#' }, minItems: 1, maxItems: 1 },
      },
      required: ['name', 'children'],
    };

    const text = JSON.stringify(
      jsonForSchema(schema, { prompt: 'a tree', random: randomFrom('01'), mark: '' }),
    );

    expect(text.length).toBeLessThan(10_000);
  });

  it("reads Gemini's upper-case types", () => {
    const schema = {
      type: 'OBJECT',
      properties: { count: { type: 'INTEGER', minimum: 1, maximum: 3 } },
      required: ['count'],
    };

    const value = jsonForSchema(schema, { prompt: 'count', random: randomFrom('02'), mark: '' });

    expect(z.strictObject({ count: z.int().min(1).max(3) }).safeParse(value).success).toBe(true);
  });

  it('takes names and numbers from the prompt', () => {
    const schema = {
      type: 'object',
      properties: { name: { type: 'string' }, year: { type: 'integer', minimum: 1_800 } },
    };

    const value = jsonForSchema(schema, {
      prompt: 'she was born as Ada in 1815',
      random: randomFrom('03'),
      mark: '',
    });

    expect(value).toEqual({ name: 'Ada', year: 1815 });
  });

  it('gives the same value for the same seed', () => {
    const schema = z.toJSONSchema(z.strictObject({ size: z.int(), words: z.array(z.string()) }));
    const make = (): unknown =>
      jsonForSchema(schema, { prompt: 'grey whales', random: randomFrom('04'), mark: '' });

    const [first, second] = [make(), make()];

    expect(first).toEqual(second);
  });
});
