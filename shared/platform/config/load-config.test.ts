import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from './load-config.ts';

const PROVIDER = { id: 'one', kind: 'openai-compatible', baseUrl: 'http://127.0.0.1:9' };
const DEPLOYMENT = { id: 'one/small', provider: 'one', model: 'small' };

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchyard-config-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('loadConfig', () => {
  it('compiles a file that is right', async () => {
    const loaded = await loadConfig(await fileWith(document({})));

    expect(loaded.ok && [...loaded.value.deployments.keys()]).toEqual(['one/small']);
  });

  it('prices what states no price of its own from the list, and the rest as it stands', async () => {
    const own = [{ from: '2026-01-01', input: 7, output: 7 }];
    const deployments = [
      { id: 'listed', provider: 'vendor', model: 'gpt-4o-mini' },
      { id: 'own', provider: 'vendor', model: 'gpt-4o', prices: own },
      { id: 'elsewhere', provider: 'one', model: 'gpt-4o-mini' },
    ];
    const providers = [PROVIDER, { ...PROVIDER, id: 'vendor', kind: 'openai' }];

    const loaded = await loadConfig(await fileWith(document({ providers, deployments })));

    const inputs = loaded.ok
      ? deployments.map(({ id }) => loaded.value.deployments.get(id)?.prices[0]?.rates.inputNanoUsd)
      : [];
    expect(inputs).toEqual([150, 7_000, undefined]);
  });

  it.each([
    ['is not JSON', '{', 'not one JSON value'],
    ['names a key twice', '{"providers":[],"providers":[]}', 'same key twice'],
    ['has an unknown key', document({ provders: [] }), 'provders'],
    ['has no deployments', document({ deployments: [] }), 'deployments: '],
    [
      'has a wrong value deep inside',
      document({ providers: [{ ...PROVIDER, limits: { concurrency: -1 } }] }),
      'providers.0.limits.concurrency: ',
    ],
    [
      'names a provider that is not there',
      document({ deployments: [{ ...DEPLOYMENT, provider: 'gone' }] }),
      'deployments: one/small names the provider gone',
    ],
  ])(
    'refuses a file that %s, with one line that names file and field',
    async (_what, text, word) => {
      const path = await fileWith(text);

      const loaded = await loadConfig(path);

      expect(loaded.ok).toBe(false);
      expect(loaded.ok ? '' : loaded.error).toMatch(new RegExp(`^${path}: [^\\n]+$`));
      expect(loaded.ok ? '' : loaded.error).toContain(word);
    },
  );

  it('says that a file is not there', async () => {
    const path = join(folder, 'gone.json');

    expect(await loadConfig(path)).toEqual({ ok: false, error: `${path}: cannot be read` });
  });
});

function document(change: object): string {
  return JSON.stringify({ providers: [PROVIDER], deployments: [DEPLOYMENT], ...change });
}

async function fileWith(text: string): Promise<string> {
  const path = join(folder, 'switchyard.json');
  await writeFile(path, text);
  return path;
}
