import { describe, expect, it } from 'vitest';
import { aCatalogue, aRequest } from '../../test/support/builders.ts';
import { type Bill, type BillInput, makeBill } from './bill.ts';

const PRICES = [
  { from: '2026-01-01', to: '2026-07-01', input: 1, output: 2 },
  { from: '2026-07-01', input: 10, output: 20 },
];

describe('makeBill', () => {
  it('charges what the provider reported at the prices of the day of the call', () => {
    const bill = billFor({ usage: { inputTokens: 100, outputTokens: 10 } });

    expect(bill).toEqual({
      usage: { inputTokens: 100, outputTokens: 10 },
      costNanoUsd: 100 * 1_000 + 10 * 2_000,
    });
  });

  it('estimates from the characters what was not reported, and marks it: it is never 0', () => {
    const messages = [{ role: 'user' as const, content: 'x'.repeat(4_000) }];

    const bill = billFor({ request: aRequest({ messages }), outputCharacters: 399 });

    expect(bill.usage.estimated).toBe(true);
    expect(bill.usage.outputTokens).toBe(100);
    expect(bill.usage.inputTokens).toBeGreaterThanOrEqual(1_000);
    expect(bill.costNanoUsd).toBe(bill.usage.inputTokens * 1_000 + 100 * 2_000);
  });

  it.each([
    { inputTokens: 1_000_000_000_000_000, outputTokens: 1 },
    { inputTokens: 1, outputTokens: 100_000_001 },
  ])('estimates instead of booking a nonsense figure: %j', (usage) => {
    const bill = billFor({ usage, outputCharacters: 400 });

    expect(bill.usage).toMatchObject({ outputTokens: 100, estimated: true });
    expect(bill.costNanoUsd).toBeLessThan(1_000_000);
  });

  it('holds a part to its whole where the provider reports more', () => {
    const reported = { cachedInputTokens: 90, cacheWriteTokens: 91, reasoningTokens: 92 };

    const bill = billFor({ usage: { inputTokens: 10, outputTokens: 5, ...reported } });

    expect(bill.usage).toEqual({
      inputTokens: 10,
      cachedInputTokens: 10,
      cacheWriteTokens: 10,
      outputTokens: 5,
      reasoningTokens: 5,
    });
  });

  it('charges the input of an answer that never came', () => {
    const bill = billFor({ outputCharacters: 0 });

    expect(bill.usage).toMatchObject({ outputTokens: 0, estimated: true });
    expect(bill.costNanoUsd).toBeGreaterThan(0);
  });

  it('counts tools as input', () => {
    const parameters = { description: 'x'.repeat(4_000) };
    const request = aRequest({ tools: [{ name: 'find', parameters }] });

    expect(billFor({ request }).usage.inputTokens).toBeGreaterThan(1_000);
  });

  it('has no cost where the price is unknown and configured to be refused', () => {
    const bill = billFor({ calledAtMs: Date.parse('2025-01-01') }, { unknownPrice: 'refuse' });

    expect(bill).not.toHaveProperty('costNanoUsd');
  });
});

function billFor(change: Partial<BillInput>, routing: object = {}): Bill {
  const catalogue = aCatalogue({
    deployments: [{ id: 'one/a', provider: 'one', model: 'a', prices: PRICES }],
    routing,
  });
  const [deployment] = catalogue.deployments.values();
  if (deployment === undefined) throw new Error('the catalogue is empty');
  return makeBill({
    catalogue,
    deployment,
    usage: undefined,
    request: aRequest(),
    outputCharacters: 0,
    calledAtMs: Date.parse('2026-03-01'),
    ...change,
  });
}
