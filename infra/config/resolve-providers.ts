import type {
  ConfigDocument,
  ProviderConfig,
  ProviderKind,
} from '../../shared/contracts/config/config.ts';

export interface ResolvedProviders {
  /** `sandbox`: no provider can be called for want of keys, all calls go to the sandbox. */
  readonly mode: 'sandbox' | 'real';
  readonly document: ConfigDocument;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Decides which providers a start can use. Those whose key is set (or that need none) stay, and with them their
 * deployments, groups and aliases. When none is left, all of them stay but answer from the sandbox at `sandboxUrl`
 * (without a slash at its end).
 */
export function resolveProviders(
  document: ConfigDocument,
  env: Environment,
  sandboxUrl: string,
): ResolvedProviders {
  const usable = document.providers.filter((provider) => hasKey(provider, env));
  if (usable.length > 0) return { mode: 'real', document: keepProviders(document, usable) };
  const providers = document.providers.map((provider) => toSandbox(provider, sandboxUrl));
  return { mode: 'sandbox', document: { ...document, providers } };
}

function hasKey(provider: ProviderConfig, env: Environment): boolean {
  return provider.apiKeyEnv === undefined || (env[provider.apiKeyEnv] ?? '') !== '';
}

/** A group or an alias that keeps no target goes: the configuration refuses empty ones. */
function keepProviders(
  document: ConfigDocument,
  providers: readonly ProviderConfig[],
): ConfigDocument {
  const providerIds = new Set(providers.map((provider) => provider.id));
  const deployments = document.deployments.filter((each) => providerIds.has(each.provider));
  const deploymentIds = new Set(deployments.map((each) => each.id));
  const groups = document.groups
    .map((group) => ({
      ...group,
      deployments: group.deployments.filter((id) => deploymentIds.has(id)),
    }))
    .filter((group) => group.deployments.length > 0);
  const groupNames = new Set(groups.map((group) => group.name));
  const aliases = document.aliases
    .map((alias) => ({
      ...alias,
      targets: alias.targets.filter((target) =>
        'group' in target ? groupNames.has(target.group) : deploymentIds.has(target.deployment),
      ),
    }))
    .filter((alias) => alias.targets.length > 0);
  return { ...document, providers: [...providers], deployments, groups, aliases };
}

/**
 * The sandbox speaks three formats. A provider of a format that it does not speak (OpenAI Responses, DashScope's and
 * Ollama's own) is asked in OpenAI's chat format instead; Vertex bodies are Gemini's. Each path names the version,
 * because the adapters add one only to a base URL that has no path.
 */
const SANDBOX_SIDES: Readonly<
  Record<ProviderKind, { readonly kind: ProviderKind; readonly path: string }>
> = {
  openai: { kind: 'openai', path: '/openai/v1' },
  'openai-responses': { kind: 'openai', path: '/openai/v1' },
  anthropic: { kind: 'anthropic', path: '/anthropic/v1' },
  gemini: { kind: 'gemini', path: '/gemini/v1beta' },
  vertex: { kind: 'gemini', path: '/gemini/v1beta' },
  deepseek: { kind: 'deepseek', path: '/openai/v1' },
  qwen: { kind: 'qwen', path: '/openai/v1' },
  dashscope: { kind: 'openai-compatible', path: '/openai/v1' },
  mistral: { kind: 'mistral', path: '/openai/v1' },
  'openai-compatible': { kind: 'openai-compatible', path: '/openai/v1' },
  ollama: { kind: 'openai-compatible', path: '/openai/v1' },
};

/** Without the name of its key: a real key is never sent to the sandbox. */
function toSandbox(provider: ProviderConfig, sandboxUrl: string): ProviderConfig {
  const { apiKeyEnv: _unused, ...rest } = provider;
  const side = SANDBOX_SIDES[provider.kind];
  return { ...rest, kind: side.kind, baseUrl: `${sandboxUrl}${side.path}` };
}
