import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type ConfigDocument,
  configSchema,
  PROVIDER_KINDS,
  type ProviderConfig,
  providerSchema,
} from '../../shared/contracts/config/config.ts';
import { resolveProviders } from './resolve-providers.ts';

const SANDBOX_URL = 'http://127.0.0.1:4000';

const SIDES: Readonly<Record<(typeof PROVIDER_KINDS)[number], string>> = {
  openai: '/openai/v1',
  'openai-responses': '/openai/v1',
  anthropic: '/anthropic/v1',
  gemini: '/gemini/v1beta',
  vertex: '/vertex/v1/projects/sandbox/locations/global',
  deepseek: '/deepseek/v1',
  qwen: '/qwen/compatible-mode/v1',
  dashscope: '/dashscope/api/v1',
  mistral: '/mistral/v1',
  'openai-compatible': '/compatible/v1',
  ollama: '/ollama/api',
};

const defaults = configSchema.parse(
  JSON.parse(readFileSync(new URL('default.json', import.meta.url), 'utf8')),
);

describe('resolveProviders', () => {
  it.each([{}, { OPENAI_API_KEY: '' }])(
    'sends every provider to the sandbox, without a key, when no key is set (%j)',
    (env) => {
      const resolved = resolveProviders(defaults, env, SANDBOX_URL);

      expect(resolved.mode).toBe('sandbox');
      expect(
        resolved.document.providers.map(({ id, baseUrl, apiKeyEnv }) => [id, baseUrl, apiKeyEnv]),
      ).toEqual(
        defaults.providers.map(({ id, kind }) => [id, `${SANDBOX_URL}${SIDES[kind]}`, undefined]),
      );
      expect(resolved.document.deployments).toEqual(defaults.deployments);
    },
  );

  it('keeps only what a set key can reach, unchanged', () => {
    const resolved = resolveProviders(defaults, { ANTHROPIC_API_KEY: 'k' }, SANDBOX_URL);

    const { document } = resolved;
    expect(resolved.mode).toBe('real');
    expect(document.providers).toEqual(defaults.providers.filter(({ id }) => id === 'anthropic'));
    expect(document.deployments.map(({ id }) => id)).toEqual([
      'anthropic/claude-haiku-5-5',
      'anthropic/claude-sonnet-5-5',
      'anthropic/claude-opus-5-5',
    ]);
    expect(document.groups.map((group) => [group.name, group.deployments])).toEqual([
      ['cheap', ['anthropic/claude-haiku-5-5']],
      ['balanced', ['anthropic/claude-sonnet-5-5']],
      ['premium', ['anthropic/claude-opus-5-5']],
    ]);
    expect(document.aliases).toEqual(defaults.aliases);
  });

  it('drops groups and aliases that lost every target', () => {
    const document: ConfigDocument = {
      ...defaults,
      groups: [
        { name: 'one', deployments: ['openai/gpt-6-luna'] },
        { name: 'two', deployments: ['gemini/gemini-3.8-flash'] },
      ],
      aliases: [
        { name: 'gone', targets: [{ group: 'two', weight: 1 }] },
        {
          name: 'half',
          targets: [
            { deployment: 'gemini/gemini-3.8-flash', weight: 1 },
            { group: 'one', weight: 2 },
          ],
        },
      ],
    };

    const resolved = resolveProviders(document, { OPENAI_API_KEY: 'k' }, SANDBOX_URL);

    expect(resolved.document.groups.map(({ name }) => name)).toEqual(['one']);
    expect(resolved.document.aliases).toEqual([
      { name: 'half', targets: [{ group: 'one', weight: 2 }] },
    ]);
  });

  it('takes a provider that needs no key as usable', () => {
    const keyless = makeProvider({ kind: 'ollama' });

    const resolved = resolveProviders({ ...defaults, providers: [keyless] }, {}, SANDBOX_URL);

    expect(resolved.mode).toBe('real');
    expect(resolved.document.providers).toEqual([keyless]);
  });

  it.each(PROVIDER_KINDS)('gives the kind %s its own side of the sandbox, as that kind', (kind) => {
    const provider = makeProvider({ kind, apiKeyEnv: 'SOME_KEY' });

    const resolved = resolveProviders({ ...defaults, providers: [provider] }, {}, SANDBOX_URL);

    expect(configSchema.safeParse(resolved.document).success).toBe(true);
    expect(resolved.document.providers[0]?.kind).toBe(kind);
    expect(resolved.document.providers[0]?.baseUrl).toBe(`${SANDBOX_URL}${SIDES[kind]}`);
  });
});

function makeProvider(fields: Pick<ProviderConfig, 'kind' | 'apiKeyEnv'>): ProviderConfig {
  return providerSchema.parse({ id: 'one', baseUrl: 'http://127.0.0.1:1', ...fields });
}
