import type { Provider, ProviderOptions } from '../../../ports/provider.ts';
import { createHttpProvider } from '../http/http-provider.ts';
import { CHAT_ANSWERS } from './answer-dialect.ts';
import { type ChatFamily, chatApi } from './chat-api.ts';
import { type ChatDialect, COMPATIBLE_REQUESTS, toChatRequest } from './request.ts';

const OPENAI_REQUESTS: ChatDialect = {
  maxTokensField: 'max_completion_tokens',
  // Obfuscation pads every chunk with random characters, which we would only parse and drop.
  streamOptions: { include_obfuscation: false },
};

/** OpenAI's own dialect. */
export const OPENAI: ChatFamily = {
  versionPrefix: '/v1',
  toRequest: (call) => toChatRequest(call, OPENAI_REQUESTS),
  answers: CHAT_ANSWERS,
};

/** What all servers of the family understand. */
export const COMPATIBLE: ChatFamily = {
  versionPrefix: '/v1',
  toRequest: (call) => toChatRequest(call, COMPATIBLE_REQUESTS),
  answers: CHAT_ANSWERS,
};

/** OpenAI's own chat completions. */
export function createOpenaiProvider(options: ProviderOptions): Provider {
  return createHttpProvider(options.config, chatApi(options, OPENAI));
}

/** Any server that speaks chat completions: vLLM, llama.cpp, Ollama `/v1`, OpenRouter, Groq, Together and others. */
export function createOpenaiCompatibleProvider(options: ProviderOptions): Provider {
  return createHttpProvider(options.config, chatApi(options, COMPATIBLE));
}
