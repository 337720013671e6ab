import { describe, expect, it } from 'vitest';
import { priceOf } from '../../../shared/contracts/config/catalogue.ts';
import type { JobRequest } from '../../../shared/contracts/http/job-request.ts';
import { aCatalogue, aRequest } from '../../../test/support/builders.ts';
import { dropReasons, type FilterInput } from './filter-deployment.ts';
import { readFeatures } from './request-features.ts';

const DEPLOYMENT = {
  id: 'one/small',
  provider: 'one',
  model: 'small',
  contextWindow: 10_000,
  capabilities: ['stream', 'tools'],
  quality: { overall: 0.6 },
  prices: [{ from: '2026-01-01', input: 1, output: 5 }],
};

const NOW_MS = Date.parse('2026-06-01');

const TOOL = { name: 'search' };
const IMAGE = { type: 'image' as const, url: 'https://example.com/a.png' };

describe('dropReasons', () => {
  it('keeps a deployment that can do what is asked', () => {
    expect(reasonsFor({ tools: [TOOL], maxTokens: 500 })).toEqual([]);
  });

  it.each<[string, Partial<JobRequest>, string]>([
    ['a capability that is missing', { responseFormat: { type: 'json' } }, 'cannot do json'],
    [
      'reasoning that it cannot do',
      { reasoning: { effort: 'low' }, responseFormat: { type: 'json' } },
      'cannot do json, reasoning',
    ],
    ['an image', { messages: [{ role: 'user', content: [IMAGE] }] }, 'cannot do images'],
    [
      'an answer that does not fit its window beside the prompt',
      { maxTokens: 9_998 },
      'about 10004 tokens do not fit its window of 10000',
    ],
    ['an allow list without it', { routing: { allow: ['two'] } }, 'not on the allow list'],
    ['a deny list with its id', { routing: { deny: ['one/small'] } }, 'on the deny list'],
    ['a deny list with its provider', { routing: { deny: ['one'] } }, 'on the deny list'],
    ['a deny list with its model', { routing: { deny: ['small'] } }, 'on the deny list'],
    [
      'a bound on the cost',
      { routing: { maxCostUsd: 0.001 } },
      'expected to cost more than 0.001 USD',
    ],
    [
      'a tier that may not pay its price',
      { routing: { budget: 'cheap' } },
      'dearer than the tier cheap may pay',
    ],
    ['a wanted quality', { routing: { minQuality: 0.61 } }, 'its quality is below 0.61'],
  ])('drops it for %s', (_what, request, reason) => {
    expect(reasonsFor(request)).toEqual([reason]);
  });

  it.each<[string, Partial<JobRequest>]>([
    ['an allow list with its id', { routing: { allow: ['two', 'one/small'] } }],
    ['an allow list with its provider', { routing: { allow: ['one'] } }],
    ['an allow list with its model', { routing: { allow: ['small'] } }],
    ['exactly the quality that is wanted', { routing: { minQuality: 0.6 } }],
    ['a tier that has no bound', { routing: { budget: 'premium' } }],
    ['a tier whose bound it keeps', { routing: { budget: 'balanced' } }],
    ['reasoning that is switched off', { reasoning: { effort: 'none', budgetTokens: 0 } }],
  ])('keeps it for %s', (_what, request) => {
    expect(reasonsFor(request)).toEqual([]);
  });

  it('says what an earlier attempt ended with', () => {
    const excluded = new Map([['one/small', 'auth']]);

    expect(reasonsFor({}, { excluded })).toEqual(['an earlier attempt here ended with auth']);
  });

  it('drops one whose price is not known where that is refused', () => {
    expect(reasonsFor({}, { price: undefined })).toEqual(['its price is not known']);
  });

  it('gives every reason, not only the first', () => {
    const request = { responseFormat: { type: 'json' as const }, routing: { deny: ['one'] } };

    expect(reasonsFor(request)).toEqual(['on the deny list', 'cannot do json']);
  });
});

it('names what the provider of a deployment cannot do with the request', () => {
  const unsupportedBy = (kind: string, { seed }: JobRequest) =>
    kind === 'openai-compatible' && seed !== undefined ? 'seed' : undefined;

  expect(reasonsFor({ seed: 1 }, { unsupportedBy })).toEqual(['its provider cannot do seed']);
  expect(reasonsFor({}, { unsupportedBy })).toEqual([]);
});

function reasonsFor(request: Partial<JobRequest>, change: Partial<FilterInput> = {}): string[] {
  const catalogue = aCatalogue({
    deployments: [DEPLOYMENT],
    routing: { tierCapUsd: { cheap: 1.99, balanced: 2 } },
  });
  const [deployment] = catalogue.deployments.values();
  if (deployment === undefined) throw new Error('the catalogue is empty');
  const whole = aRequest(request);
  return dropReasons(deployment, {
    catalogue,
    request: whole,
    features: readFeatures(whole),
    excluded: new Map(),
    unsupportedBy: () => undefined,
    breakerReason: () => undefined,
    price: priceOf(catalogue, deployment, NOW_MS),
    costUsd: 0.002,
    ...change,
  });
}
