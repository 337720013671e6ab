import type { ProviderKind } from '../../../contracts/config/config.ts';
import { messagesApi } from '../anthropic/provider.ts';
import { generationApi } from '../dashscope/provider.ts';
import { DEEPSEEK } from '../deepseek/provider.ts';
import { generateApi } from '../gemini/generate-api.ts';
import type { ProviderApi } from '../http/provider-api.ts';
import { MISTRAL } from '../mistral/provider.ts';
import { ollamaApi } from '../ollama/provider.ts';
import { type ChatFamily, chatApi } from '../openai-compatible/chat-api.ts';
import { COMPATIBLE, OPENAI } from '../openai-compatible/provider.ts';
import { responsesApi } from '../openai-responses/provider.ts';
import { QWEN } from '../qwen/provider.ts';
import { providerConfig } from './fixtures.ts';

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
