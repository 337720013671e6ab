import type { Provider, ProviderOptions } from '../../../ports/provider.ts';
import { createHttpProvider, endpointPath } from '../http/http-provider.ts';
import type { ProviderApi } from '../http/provider-api.ts';
import { readFailure } from './failure.ts';
import { readReply } from './reply.ts';
import { toOllamaRequest } from './request.ts';
import { OllamaStream } from './stream.ts';

/** Ollama's native API. A server of one's own needs no key, Ollama's cloud does. */
export function createOllamaProvider(options: ProviderOptions): Provider {
  return createHttpProvider(options.config, ollamaApi(options));
}

/** `POST /chat`. */
export function ollamaApi({ config, apiKey }: ProviderOptions): ProviderApi {
  const path = endpointPath(config.baseUrl, '/api', '/chat');
  return {
    path: () => path,
    headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
    streamHeaders: { accept: 'application/x-ndjson' },
    streamFraming: 'lines',
    requestBody: toOllamaRequest,
    openStream: (sink) => new OllamaStream(sink),
    readReply,
    readFailure,
  };
}
