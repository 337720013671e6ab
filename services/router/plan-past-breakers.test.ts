import { beforeEach, describe, expect, it } from 'vitest';
import { CLOSED } from '../../shared/resilience/breaker.ts';
import { aCatalogue, aRequest } from '../../test/support/builders.ts';
import { openUntil, watchedBreakers } from '../../test/support/watched-breakers.ts';
import { planPastBreakers } from './plan-past-breakers.ts';
import { readFeatures } from './policy/request-features.ts';

const prices = [{ from: '2026-01-01', input: 1, output: 1 }];
const CATALOGUE = aCatalogue({
  deployments: [
    { id: 'one/a', provider: 'one', model: 'a', prices, quality: { overall: 0.9 } },
    { id: 'two/b', provider: 'two', model: 'b', prices, quality: { overall: 0.5 } },
  ],
});

let nowMs: number;
let watched: ReturnType<typeof watchedBreakers>;

beforeEach(() => {
  nowMs = Date.parse('2026-06-01');
  watched = watchedBreakers(() => nowMs);
});

describe('planPastBreakers', () => {
  it('sends one job as the probe of a half-open breaker, and the others past it', async () => {
    await given('one/a', openUntil(nowMs));

    const first = await plan({ holder: 'job-1' });
    const second = await plan({ holder: 'job-2' });

    const choices = [first, second].map((planned) => planned.plan.choice);
    expect(choices).toEqual(['one/a', 'two/b']);
    expect(second.plan.candidates[0]?.reasons).toEqual([
      'its breaker waits for the answer to a probe',
    ]);
  });

  it('sends a job past a half-open breaker whose probe another process has got meanwhile', async () => {
    await given('one/a', openUntil(nowMs));
    await watched.store.lease(scopeOf('one/a'), { holder: 'job-9', leaseMs: 1_000 });

    const { plan: planned } = await plan({ holder: 'job-1' });

    expect(planned.choice).toBe('two/b');
  });

  it('asks for no probe where it chooses another deployment anyway', async () => {
    await given('two/b', openUntil(nowMs));

    await plan({ holder: 'job-1' });

    expect(watched.breakers.passage(scopeOf('two/b'))).toEqual({ kind: 'half-open', waitMs: 0 });
  });

  it.each([
    [0.09, 'one/a'],
    [0.1, 'two/b'],
  ])('lets its share through on the way back: by the lot %d to %s', async (random, choice) => {
    await given('one/a', { ...CLOSED, trips: 1, rampFromMs: nowMs });

    const { plan: planned } = await plan({ random });

    expect(planned.choice).toBe(choice);
  });

  it('says how long to wait for the first breaker where only breakers are in the way', async () => {
    await given('one/a', openUntil(nowMs + 7_000));
    await given('two/b', openUntil(nowMs + 4_000));

    expect((await plan({})).waitMs).toBe(4_000);
    expect((await plan({ deny: ['two'] })).waitMs).toBe(7_000);
    expect(await plan({ deny: ['one', 'two'] })).not.toHaveProperty('waitMs');
  });
});

async function given(
  deployment: string,
  breaker: Parameters<typeof watched.store.set>[1],
): Promise<void> {
  watched.store.set(scopeOf(deployment), breaker);
  await watched.breakers.refresh();
}

function scopeOf(deployment: string): string {
  return CATALOGUE.deployments.get(deployment)?.breakerScope ?? '';
}

interface Asked {
  readonly holder?: string;
  readonly random?: number;
  readonly deny?: string[];
}

function plan({ holder = 'job-1', random = 0.5, deny = [] }: Asked) {
  const request = aRequest({ routing: { budget: 'premium', deny } });
  return planPastBreakers(
    {
      catalogue: CATALOGUE,
      request,
      features: readFeatures(request),
      attempt: 1,
      excluded: new Map(),
      tried: new Set(),
      unsupportedBy: () => undefined,
      nowMs,
    },
    { breakers: watched.breakers, holder, random: () => random },
  );
}
