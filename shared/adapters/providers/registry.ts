import type { ProviderKind } from '../../contracts/config/config.ts';
import type { Provider, ProviderOptions } from '../../ports/provider.ts';
import { createAnthropicProvider } from './anthropic/provider.ts';
import { createDashscopeProvider } from './dashscope/provider.ts';
import { createDeepseekProvider } from './deepseek/provider.ts';
import { createGeminiProvider } from './gemini/provider.ts';
import { createVertexProvider } from './gemini/vertex-provider.ts';
import { createMistralProvider } from './mistral/provider.ts';
import { createOllamaProvider } from './ollama/provider.ts';
import {
  createOpenaiCompatibleProvider,
  createOpenaiProvider,
} from './openai-compatible/provider.ts';
import { createOpenaiResponsesProvider } from './openai-responses/provider.ts';
import { createQwenProvider } from './qwen/provider.ts';

/** A new kind of provider is one folder and one line here. */
const FACTORIES: Record<ProviderKind, (options: ProviderOptions) => Provider> = {
  openai: createOpenaiProvider,
  'openai-responses': createOpenaiResponsesProvider,
  'openai-compatible': createOpenaiCompatibleProvider,
  anthropic: createAnthropicProvider,
  gemini: createGeminiProvider,
  vertex: createVertexProvider,
  mistral: createMistralProvider,
  deepseek: createDeepseekProvider,
  qwen: createQwenProvider,
  dashscope: createDashscopeProvider,
  ollama: createOllamaProvider,
};

/** The adapter for the provider's kind, with its own connections. */
export function createProvider(options: ProviderOptions): Provider {
  return FACTORIES[options.config.kind](options);
}
