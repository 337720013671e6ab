import type { Provider, ProviderOptions } from '../../../ports/provider.ts';
import { createHttpProvider, endpointPath } from '../http/http-provider.ts';
import type { ProviderApi } from '../http/provider-api.ts';
import { readFailure } from './failure.ts';
import { readReply } from './reply.ts';
import { type ChatDialect, toChatRequest } from './request.ts';
import { ChatStream } from './stream.ts';

const OPENAI: ChatDialect = {
  maxTokensField: 'max_completion_tokens',
  // Obfuscation pads every chunk with random characters, which we would only parse and drop.
  streamOptions: { include_obfuscation: false },
};

const COMPATIBLE: ChatDialect = { maxTokensField: 'max_tokens', streamOptions: {} };

/** OpenAI's own chat completions. */
export function createOpenaiProvider(options: ProviderOptions): Provider {
  return createHttpProvider(options.config, chatApi(options, OPENAI));
}

/** Any server that speaks chat completions: vLLM, llama.cpp, Ollama `/v1`, OpenRouter, Groq, Together and others. */
export function createOpenaiCompatibleProvider(options: ProviderOptions): Provider {
  return createHttpProvider(options.config, chatApi(options, COMPATIBLE));
}

function chatApi({ config, apiKey }: ProviderOptions, dialect: ChatDialect): ProviderApi {
  const path = endpointPath(config.baseUrl, '/v1', '/chat/completions');
  return {
    path: () => path,
    headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
    requestBody: (call) => toChatRequest(call, dialect),
    openStream: (sink) => new ChatStream(sink),
    readReply,
    readFailure,
  };
}
