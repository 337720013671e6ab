import type { Provider, ProviderOptions } from '../../../ports/provider.ts';
import { createHttpProvider, endpointPath } from '../http/http-provider.ts';
import type { ProviderApi } from '../http/provider-api.ts';
import { readFailure } from './failure.ts';
import { readReply } from './reply.ts';
import { toMessagesRequest } from './request.ts';
import { MessageStream } from './stream.ts';

/** The API version that the mappers of this folder were written for. */
const DEFAULT_VERSION = '2023-06-01';

/** Anthropic's messages API. */
export function createAnthropicProvider(options: ProviderOptions): Provider {
  return createHttpProvider(options.config, messagesApi(options));
}

/** `POST /messages`. */
export function messagesApi({ config, apiKey }: ProviderOptions): ProviderApi {
  const path = endpointPath(config.baseUrl, '/v1', '/messages');
  return {
    path: () => path,
    headers: {
      'anthropic-version': config.apiVersion ?? DEFAULT_VERSION,
      ...(apiKey === undefined ? {} : { 'x-api-key': apiKey }),
    },
    requestBody: toMessagesRequest,
    openStream: (sink) => new MessageStream(sink),
    readReply,
    readFailure,
  };
}
