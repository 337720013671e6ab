import { describe, expect, it } from 'vitest';
import { aCatalogue, aProvider } from '../../../test/support/builders.ts';
import { compileCatalogue, findDeployments, priceOf } from './catalogue.ts';
import { configSchema } from './config.ts';

const ONE = { id: 'one/small', provider: 'one', model: 'small' };
const TWO = { id: 'two/small', provider: 'two', model: 'small' };
const BIG = { id: 'two/big', provider: 'two', model: 'big' };
const ALL = [ONE, TWO, BIG];

describe('compileCatalogue', () => {
  it.each([
    ['two providers with one id', { providers: [aProvider('one'), aProvider('one')] }, 'providers'],
    ['two deployments with one id', { deployments: [ONE, ONE] }, 'deployments'],
    [
      'a deployment of an unknown provider',
      { deployments: [{ ...ONE, provider: 'gone' }] },
      'deployments: one/small names the provider gone',
    ],
    [
      'a group with an unknown deployment',
      { groups: [{ name: 'fast', deployments: ['gone'] }] },
      'groups: fast',
    ],
    [
      'an alias of an unknown deployment',
      { aliases: [{ name: 'best', targets: [{ deployment: 'gone' }] }] },
      'aliases: best',
    ],
    [
      'an alias of an unknown group',
      { aliases: [{ name: 'best', targets: [{ group: 'gone' }] }] },
      'aliases: best',
    ],
  ])('refuses %s and names the field', (_what, part, message) => {
    const document = configSchema.parse({
      providers: [aProvider('one'), aProvider('two')],
      deployments: ALL,
      ...part,
    });

    const compiled = compileCatalogue(document);

    expect(compiled.ok ? '' : compiled.error).toContain(message);
  });

  it('names itself by its content', () => {
    const first = aCatalogue({ deployments: [ONE] });
    const same = aCatalogue({ deployments: [ONE] });
    const other = aCatalogue({ deployments: [TWO] });

    expect(first.version).toBe(same.version);
    expect(first.version).not.toBe(other.version);
  });
});

describe('findDeployments', () => {
  const catalogue = aCatalogue({
    deployments: ALL,
    groups: [
      { name: 'fast', deployments: ['two/small', 'one/small'], budget: ['cheap', 'balanced'] },
      { name: 'strong', deployments: ['two/big'], budget: ['premium'] },
      { name: 'small', deployments: ['two/big'] },
    ],
    aliases: [
      { name: 'best', targets: [{ group: 'strong' }, { deployment: 'one/small' }] },
      { name: 'fast', targets: [{ deployment: 'two/big' }] },
    ],
  });

  it.each([
    ['a deployment by its id', 'one/small', ['one/small']],
    [
      'all deployments of a bare model name, after the group of that name',
      'small',
      ['two/big', 'one/small', 'two/small'],
    ],
    ['the members of a group', 'strong', ['two/big']],
    ['the targets of an alias, groups unfolded', 'best', ['two/big', 'one/small']],
    ['an alias before a group of the same name', 'fast', ['two/big']],
  ])('finds %s', (_what, name, expected) => {
    const found = findDeployments(catalogue, name, 'balanced')?.map(({ id }) => id);

    expect(found).toEqual(expected);
  });

  it('knows no other name', () => {
    expect(findDeployments(catalogue, 'gpt-99', 'balanced')).toBeUndefined();
  });

  it.each([
    ['premium', ['two/big']],
    ['cheap', ['one/small', 'two/small']],
  ] as const)('gives auto on the tier %s the deployments of its groups', (tier, expected) => {
    const onlyTiered = aCatalogue({
      deployments: ALL,
      groups: [
        { name: 'fast', deployments: ['two/small', 'one/small'], budget: ['cheap', 'balanced'] },
        { name: 'strong', deployments: ['two/big'], budget: ['premium'] },
      ],
    });

    expect(findDeployments(onlyTiered, 'auto', tier)?.map(({ id }) => id)).toEqual(expected);
  });

  it('gives auto all deployments where no group names the tier', () => {
    const untiered = aCatalogue({ deployments: ALL });

    expect(findDeployments(untiered, 'auto', 'cheap')).toHaveLength(3);
  });
});

describe('priceOf', () => {
  const dated = {
    ...ONE,
    prices: [{ from: '2026-01-01', to: '2026-07-01', input: 2, cachedInput: 0.5, output: 8 }],
  };
  const during = Date.parse('2026-03-01');
  const after = Date.parse('2026-07-01');

  it('takes the listed price, the rate of cache writes defaulting to that of input', () => {
    const catalogue = aCatalogue({ deployments: [dated] });

    expect(priceOf(catalogue, deploymentOf(catalogue), during)).toMatchObject({
      rates: {
        inputNanoUsd: 2_000,
        cachedInputNanoUsd: 500,
        cacheWriteNanoUsd: 2_000,
        outputNanoUsd: 8_000,
        thinkingOutputNanoUsd: 8_000,
      },
      isCap: false,
    });
  });

  it('holds an unknown price to the configured cap and marks it: it is never 0', () => {
    const catalogue = aCatalogue({
      deployments: [dated],
      routing: { unknownPrice: { input: 15, output: 75 } },
    });

    expect(priceOf(catalogue, deploymentOf(catalogue), after)).toEqual({
      rates: {
        inputNanoUsd: 15_000,
        cachedInputNanoUsd: 15_000,
        cacheWriteNanoUsd: 15_000,
        outputNanoUsd: 75_000,
        thinkingOutputNanoUsd: 75_000,
      },
      tiers: [],
      isCap: true,
    });
  });

  it('has no price for an unknown one that is configured to be refused', () => {
    const catalogue = aCatalogue({ deployments: [dated], routing: { unknownPrice: 'refuse' } });

    expect(priceOf(catalogue, deploymentOf(catalogue), after)).toBeUndefined();
  });
});

function deploymentOf(catalogue: ReturnType<typeof aCatalogue>) {
  const [deployment] = catalogue.deployments.values();
  if (deployment === undefined) throw new Error('the catalogue is empty');
  return deployment;
}
