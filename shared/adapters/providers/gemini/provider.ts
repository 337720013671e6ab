import type { Provider, ProviderCall, ProviderOptions } from '../../../ports/provider.ts';
import { createHttpProvider, endpointPath } from '../http/http-provider.ts';
import type { ProviderApi } from '../http/provider-api.ts';
import { readFailure } from './failure.ts';
import { readReply } from './reply.ts';
import { toGenerateRequest } from './request.ts';
import { GenerateStream } from './stream.ts';

const DEFAULT_VERSION = 'v1beta';

/** Google's Gemini API. */
export function createGeminiProvider(options: ProviderOptions): Provider {
  return createHttpProvider(options.config, generateApi(options));
}

function generateApi({ config, apiKey }: ProviderOptions): ProviderApi {
  const version = `/${config.apiVersion ?? DEFAULT_VERSION}`;
  return {
    path: (call) => endpointPath(config.baseUrl, version, endpointOf(call)),
    // Never as `?key=`: addresses end up in logs.
    headers: apiKey === undefined ? {} : { 'x-goog-api-key': apiKey },
    requestBody: toGenerateRequest,
    openStream: (sink) => new GenerateStream(sink),
    readReply,
    readFailure,
  };
}

function endpointOf({ requestModel, stream }: ProviderCall): string {
  const model = `/models/${encodeURIComponent(requestModel)}`;
  return stream ? `${model}:streamGenerateContent?alt=sse` : `${model}:generateContent`;
}
