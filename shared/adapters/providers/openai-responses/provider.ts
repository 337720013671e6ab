import type { Provider, ProviderOptions } from '../../../ports/provider.ts';
import { createHttpProvider, endpointPath } from '../http/http-provider.ts';
import type { ProviderApi } from '../http/provider-api.ts';
import { readFailure } from './failure.ts';
import { readReply } from './reply.ts';
import { toResponsesRequest } from './request.ts';
import { ResponseStream } from './stream.ts';

/** OpenAI's responses API, and the servers that copy it (DeepSeek, vLLM). */
export function createOpenaiResponsesProvider(options: ProviderOptions): Provider {
  return createHttpProvider(options.config, responsesApi(options));
}

/** `POST /responses`. */
export function responsesApi({ config, apiKey }: ProviderOptions): ProviderApi {
  const path = endpointPath(config.baseUrl, '/v1', '/responses');
  return {
    path: () => path,
    headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
    requestBody: toResponsesRequest,
    openStream: (sink) => new ResponseStream(sink),
    readReply,
    readFailure,
  };
}
