import { expect, it } from 'vitest';
import { ACCEPTED_AT_MS, aCatalogue, aRequest } from '../../test/support/builders.ts';
import { wasteOf } from './waste.ts';

const PRICED = {
  id: 'one/a',
  provider: 'one',
  model: 'a',
  prices: [{ from: '2026-01-01', input: 1, output: 2 }],
};

it('is what the provider reported for the attempt', () => {
  expect(wasteFor({ inputTokens: 10, outputTokens: 5 }, 0)?.costNanoUsd).toBe(20_000);
});

it('is estimated from what came of an answer that broke off', () => {
  const waste = wasteFor(undefined, 400);

  expect(waste?.usage).toMatchObject({ outputTokens: 100, estimated: true });
  expect(waste?.costNanoUsd).toBeGreaterThan(200_000);
});

it('is nothing where the provider answered with nothing', () => {
  expect(wasteFor(undefined, 0)).toBeUndefined();
});

function wasteFor(
  usage: { inputTokens: number; outputTokens: number } | undefined,
  outputCharacters: number,
) {
  const catalogue = aCatalogue({ deployments: [PRICED] });
  const deployment = catalogue.deployments.get('one/a');
  if (deployment === undefined) throw new Error('no deployment');
  const request = aRequest();
  return wasteOf({
    catalogue,
    deployment,
    usage,
    request,
    outputCharacters,
    calledAtMs: ACCEPTED_AT_MS,
  });
}
