import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configSchema } from '../../shared/contracts/config/config.ts';
import { configJsonSchema } from './write-schema.ts';

const document = configSchema.parse(readJson('default.json'));

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

  it('has a price with a source for every deployment, and every deployment in a group', () => {
    const grouped = document.groups.flatMap((group) => group.deployments).sort();
    const sources = document.deployments.map(({ prices }) => prices[0]?.source);

    expect(sources).not.toContain(undefined);
    expect(grouped).toEqual(document.deployments.map(({ id }) => id).sort());
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
