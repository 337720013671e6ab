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
 * Where the sandbox speaks the format of each kind. Each path names the version, because the adapters add one only to a
 * base URL that has no path.
 */
const SANDBOX_PATHS: Readonly<Record<ProviderKind, string>> = {
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

/** Without the name of its key: a real key is never sent to the sandbox. */
function toSandbox(provider: ProviderConfig, sandboxUrl: string): ProviderConfig {
  const { apiKeyEnv: _unused, ...rest } = provider;
  return { ...rest, baseUrl: `${sandboxUrl}${SANDBOX_PATHS[provider.kind]}` };
}
