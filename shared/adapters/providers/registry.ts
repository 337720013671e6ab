import type { ProviderKind } from '../../contracts/config/config.ts';
import type { Provider, ProviderOptions } from '../../ports/provider.ts';
import { createAnthropicProvider } from './anthropic/provider.ts';
import { createGeminiProvider } from './gemini/provider.ts';
import {
  createOpenaiCompatibleProvider,
  createOpenaiProvider,
} from './openai-compatible/provider.ts';

/** A new kind of provider is one folder and one line here. */
const FACTORIES: Partial<Record<ProviderKind, (options: ProviderOptions) => Provider>> = {
  openai: createOpenaiProvider,
  'openai-compatible': createOpenaiCompatibleProvider,
  anthropic: createAnthropicProvider,
  gemini: createGeminiProvider,
};

/** The adapter for the provider's kind, with its own connections; undefined for a kind that has none yet. */
export function createProvider(options: ProviderOptions): Provider | undefined {
  return FACTORIES[options.config.kind]?.(options);
}
