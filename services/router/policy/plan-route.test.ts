import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RoutePlan } from '../../../shared/contracts/http/job-view.ts';
import { aCatalogue, aRequest } from '../../../test/support/builders.ts';
import { type PlanRouteInput, planRoute } from './plan-route.ts';
import { readFeatures } from './request-features.ts';

const NOW_MS = Date.parse('2026-06-01');

describe('planRoute', () => {
  it.each([
    ['cheap', 'the cheapest', 'cheapest of 4 for the tier cheap', 'one/cheap'],
    ['balanced', 'the cheapest', 'cheapest of 4 for the tier balanced', 'one/cheap'],
    ['premium', 'the best', 'best quality of 4 for the tier premium', 'two/best'],
  ] as const)('takes for the tier %s %s and says so', (...[budget, , reason, choice]) => {
    const plan = planFor({ budget });

    expect(plan).toMatchObject({ choice, reason });
  });

  it('takes the better of two that cost the same', () => {
    expect(planFor({ budget: 'cheap', deny: ['one/cheap'] }).choice).toBe('two/middle');
  });

  it('takes the cheaper of two that are as good, for premium', () => {
    const plan = planFor({ budget: 'premium', deny: ['two/best'] });

    expect(plan.choice).toBe('one/cheap');
  });

  it('asks one that was tried before only when no other is left', () => {
    const tried = new Set(['one/cheap', 'two/middle', 'one/plain']);

    const first = planFor({ budget: 'cheap' }, { tried: new Set(['one/cheap']) });
    const later = planFor({ budget: 'cheap' }, { tried });
    const last = planFor({ budget: 'cheap', deny: ['two/best'] }, { tried });

    expect([first, later, last].map((plan) => plan.choice)).toEqual([
      'two/middle',
      'two/best',
      'one/cheap',
    ]);
  });

  it('shows every deployment of the model, kept or dropped, with reasons and expected cost', () => {
    const plan = planFor({ deny: ['two'] });

    expect(plan.candidates.map((one) => typeof one.expectedCostUsd)).toEqual(
      Array.from({ length: 4 }, () => 'number'),
    );
    expect(plan.candidates).toMatchObject([
      { deployment: 'one/cheap', kept: true, reasons: [] },
      {
        deployment: 'two/middle',
        kept: false,
        reasons: ['on the deny list'],
      },
      { deployment: 'one/plain', kept: true },
      { deployment: 'two/best', kept: false },
    ]);
  });

  it('expects what the prompt and a typical answer cost at the prices of now', () => {
    const [cheap] = planFor({}).candidates;

    // 6 tokens in at 1 USD and 400 out at 2 USD a million.
    expect(cheap?.expectedCostUsd).toBeCloseTo(0.000_806, 9);
  });

  it('chooses nothing when every candidate is dropped, and says so', () => {
    const plan = planFor({ deny: ['one', 'two'] });

    expect(plan).not.toHaveProperty('choice');
    expect(plan.reason).toBe('no deployment passed the filters');
  });

  it('has no candidates for a model that nothing serves', () => {
    const plan = planRoute({ ...inputFor({}), request: aRequest({ model: 'gone' }) });

    expect(plan.candidates).toEqual([]);
  });

  it('names the attempt and the configuration that it was made for', () => {
    const plan = planFor({}, { attempt: 3 });

    expect(plan).toMatchObject({ attempt: 3, configVersion: CATALOGUE.version });
  });

  it('always chooses one of the kept, and an untried one while there is one', () => {
    fc.assert(
      fc.property(someIds, someIds, fc.constantFrom(...TIERS), (deny, triedIds, budget) => {
        const tried = new Set(triedIds);

        const { candidates, choice } = planFor({ budget, deny }, { tried });

        const kept = candidates.filter((one) => one.kept).map((one) => one.deployment);
        const untried = kept.filter((id) => !tried.has(id));
        const choices = untried.length > 0 ? untried : kept;
        expect(choices.length > 0 ? choices : [undefined]).toContain(choice);
      }),
    );
  });
});

const TIERS = ['cheap', 'balanced', 'premium'] as const;
const IDS = ['one/cheap', 'two/middle', 'one/plain', 'two/best'];
const someIds = fc.subarray(IDS);

const CATALOGUE = aCatalogue({
  deployments: [
    aDeployment('one/cheap', { input: 1, output: 2 }, 0.7),
    aDeployment('two/middle', { input: 2, output: 4 }, 0.7),
    aDeployment('one/plain', { input: 2, output: 4 }, 0.5),
    aDeployment('two/best', { input: 10, output: 40 }, 0.9),
  ],
});

function aDeployment(id: string, price: { input: number; output: number }, overall: number) {
  const [provider, model] = id.split('/');
  const prices = [{ from: '2026-01-01', ...price }];
  return { id, provider, model, prices, quality: { overall } };
}

function inputFor(routing: NonNullable<PlanRouteInput['request']['routing']>): PlanRouteInput {
  const request = aRequest({ routing });
  return {
    catalogue: CATALOGUE,
    request,
    features: readFeatures(request),
    attempt: 1,
    excluded: new Map(),
    tried: new Set(),
    unsupportedBy: () => undefined,
    breakerReason: () => undefined,
    nowMs: NOW_MS,
  };
}

function planFor(
  routing: NonNullable<PlanRouteInput['request']['routing']>,
  change: Partial<PlanRouteInput> = {},
): RoutePlan {
  return planRoute({ ...inputFor(routing), ...change });
}
