import type { ProviderKind } from '../../contracts/config/config.ts';
import type { JobRequest } from '../../contracts/http/job-request.ts';
import type { Provider, ProviderOptions } from '../../ports/provider.ts';
import { createAnthropicProvider } from './anthropic/provider.ts';
import { unsupportedByAnthropic } from './anthropic/unsupported.ts';
import { createDashscopeProvider } from './dashscope/provider.ts';
import { createDeepseekProvider } from './deepseek/provider.ts';
import { unsupportedByDeepseek } from './deepseek/unsupported.ts';
import { createGeminiProvider } from './gemini/provider.ts';
import { unsupportedByGemini } from './gemini/unsupported.ts';
import { createVertexProvider } from './gemini/vertex-provider.ts';
import type { Unsupported } from './http/unsupported.ts';
import { createMistralProvider } from './mistral/provider.ts';
import { unsupportedByMistral } from './mistral/unsupported.ts';
import { unsupportedByModelStudio } from './model-studio.ts';
import { createOllamaProvider } from './ollama/provider.ts';
import { unsupportedByOllama } from './ollama/unsupported.ts';
import {
  createOpenaiCompatibleProvider,
  createOpenaiProvider,
} from './openai-compatible/provider.ts';
import { unsupportedByCompatible, unsupportedByOpenai } from './openai-compatible/unsupported.ts';
import { createOpenaiResponsesProvider } from './openai-responses/provider.ts';
import { unsupportedByResponses } from './openai-responses/unsupported.ts';
import { createQwenProvider } from './qwen/provider.ts';

interface Family {
  readonly create: (options: ProviderOptions) => Provider;
  readonly unsupported: Unsupported;
}

/** A new kind of provider is one folder and one entry here. */
const FAMILIES: Record<ProviderKind, Family> = {
  openai: { create: createOpenaiProvider, unsupported: unsupportedByOpenai },
  'openai-responses': {
    create: createOpenaiResponsesProvider,
    unsupported: unsupportedByResponses,
  },
  'openai-compatible': {
    create: createOpenaiCompatibleProvider,
    unsupported: unsupportedByCompatible,
  },
  anthropic: { create: createAnthropicProvider, unsupported: unsupportedByAnthropic },
  gemini: { create: createGeminiProvider, unsupported: unsupportedByGemini },
  vertex: { create: createVertexProvider, unsupported: unsupportedByGemini },
  mistral: { create: createMistralProvider, unsupported: unsupportedByMistral },
  deepseek: { create: createDeepseekProvider, unsupported: unsupportedByDeepseek },
  qwen: { create: createQwenProvider, unsupported: unsupportedByModelStudio },
  dashscope: { create: createDashscopeProvider, unsupported: unsupportedByModelStudio },
  ollama: { create: createOllamaProvider, unsupported: unsupportedByOllama },
};

/** The adapter for the provider's kind, with its own connections. */
export function createProvider(options: ProviderOptions): Provider {
  return FAMILIES[options.config.kind].create(options);
}

/**
 * What providers of this kind cannot do for the request, in words for the client (`seed, stop sequences`). Undefined:
 * the request goes there whole. Words about models are not among them; those are a deployment's capabilities.
 */
export function unsupportedBy(kind: ProviderKind, request: JobRequest): string | undefined {
  return FAMILIES[kind].unsupported(request);
}
