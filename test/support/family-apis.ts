import { messagesApi } from '../../shared/adapters/providers/anthropic/provider.ts';
import { generationApi } from '../../shared/adapters/providers/dashscope/provider.ts';
import { DEEPSEEK } from '../../shared/adapters/providers/deepseek/provider.ts';
import { generateApi } from '../../shared/adapters/providers/gemini/generate-api.ts';
import type { ProviderApi } from '../../shared/adapters/providers/http/provider-api.ts';
import { MISTRAL } from '../../shared/adapters/providers/mistral/provider.ts';
import { ollamaApi } from '../../shared/adapters/providers/ollama/provider.ts';
import {
  type ChatFamily,
  chatApi,
} from '../../shared/adapters/providers/openai-compatible/chat-api.ts';
import { COMPATIBLE, OPENAI } from '../../shared/adapters/providers/openai-compatible/provider.ts';
import { responsesApi } from '../../shared/adapters/providers/openai-responses/provider.ts';
import { QWEN } from '../../shared/adapters/providers/qwen/provider.ts';
import { providerConfig } from '../../shared/adapters/providers/testing/fixtures.ts';
import type { ProviderKind } from '../../shared/contracts/config/config.ts';

const BASE_URL = 'http://127.0.0.1';

const options = { config: providerConfig({ baseUrl: BASE_URL }) };

/** What every kind says about its wire format, below HTTP, for tests and measurements of reading alone. */
export const FAMILY_APIS: Readonly<Record<ProviderKind, ProviderApi>> = {
  openai: chat(OPENAI),
  'openai-responses': responsesApi(options),
  'openai-compatible': chat(COMPATIBLE),
  anthropic: messagesApi(options),
  gemini: google('/models'),
  vertex: google('/publishers/google/models'),
  mistral: chat(MISTRAL),
  deepseek: chat(DEEPSEEK),
  qwen: chat(QWEN),
  dashscope: generationApi(options),
  ollama: ollamaApi(options),
};

function chat(family: ChatFamily): ProviderApi {
  return chatApi(options, family);
}

function google(modelsPath: string): ProviderApi {
  return generateApi({ baseUrl: BASE_URL, versionPrefix: '/v1', modelsPath, headers: {} });
}
