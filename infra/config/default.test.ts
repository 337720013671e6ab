import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configSchema, PROVIDER_KINDS } from '../../shared/contracts/config/config.ts';
import { listPricesSchema } from '../../shared/contracts/config/prices.ts';
import { withListPrices } from '../../shared/contracts/config/with-list-prices.ts';
import { configJsonSchema } from './write-schema.ts';

const document = configSchema.parse(readJson('default.json'));
const listPrices = listPricesSchema.parse(readJson('list-prices.json'));

describe('the default configuration', () => {
  it('names only deployments, providers and groups that exist', () => {
    const providers = new Set(document.providers.map(({ id }) => id));
    const deployments = new Set(document.deployments.map(({ id }) => id));
    const groups = new Set(document.groups.map(({ name }) => name));

    const strayDeployments = document.deployments.filter(
      ({ provider }) => !providers.has(provider),
    );
    const strayMembers = document.groups
      .flatMap((group) => group.deployments)
      .filter((id) => !deployments.has(id));
    const strayTargets = document.aliases
      .flatMap((alias) => alias.targets)
      .filter((target) =>
        'group' in target ? !groups.has(target.group) : !deployments.has(target.deployment),
      );

    expect([strayDeployments, strayMembers, strayTargets]).toEqual([[], [], []]);
  });

  it('calls every deployment <provider>/<model>', () => {
    const expected = document.deployments.map(({ provider, model }) => `${provider}/${model}`);

    expect(document.deployments.map(({ id }) => id)).toEqual(expected);
  });

  it('has a list price for every deployment, and every deployment in a group', () => {
    const grouped = document.groups.flatMap((group) => group.deployments).sort();
    const unpriced = withListPrices(document, listPrices).deployments.filter(
      ({ prices }) => prices.length === 0,
    );

    expect(unpriced).toEqual([]);
    expect(grouped).toEqual(document.deployments.map(({ id }) => id).sort());
  });
});

describe('the list prices', () => {
  it('name each model once a kind, and only kinds that exist', () => {
    const names = listPrices.flatMap(({ kinds, models }) =>
      kinds.flatMap((kind) => models.map((model) => `${kind} ${model}`)),
    );
    const strayKinds = listPrices
      .flatMap(({ kinds }) => kinds)
      .filter((kind) => !PROVIDER_KINDS.some((known) => known === kind));

    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    expect(strayKinds).toEqual([]);
  });

  it('say for each price where it is from, and hold one after the other', () => {
    const lists = listPrices.map(({ prices }) => prices);
    const unsourced = lists.flat().filter(({ source }) => source === undefined);
    const torn = lists.filter((prices) =>
      prices.some(({ to }, index) => to !== prices[index + 1]?.from),
    );

    expect([unsourced, torn]).toEqual([[], []]);
  });
});

describe('switchyard.schema.json', () => {
  it('is what write-schema.ts writes today', () => {
    const committed = readJson('switchyard.schema.json');

    expect(committed).toEqual(configJsonSchema());
  });
});

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));
}
