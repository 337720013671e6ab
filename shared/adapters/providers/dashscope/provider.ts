import type { Provider, ProviderOptions } from '../../../ports/provider.ts';
import { createHttpProvider, endpointPath } from '../http/http-provider.ts';
import type { ProviderApi } from '../http/provider-api.ts';
import { mustStream } from '../model-studio.ts';
import { readFailure } from './failure.ts';
import { isMultimodal } from './multimodal.ts';
import { readReply } from './reply.ts';
import { toGenerationRequest } from './request.ts';
import { GenerationStream } from './stream.ts';

/** Alibaba Cloud's native DashScope API. */
export function createDashscopeProvider(options: ProviderOptions): Provider {
  return createHttpProvider(options.config, generationApi(options));
}

/** `POST /services/aigc/…/generation`. */
export function generationApi({ config, apiKey }: ProviderOptions): ProviderApi {
  const textPath = pathOf(config.baseUrl, 'text-generation');
  const multimodalPath = pathOf(config.baseUrl, 'multimodal-generation');
  return {
    path: (call) => (isMultimodal(call) ? multimodalPath : textPath),
    headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
    streamHeaders: { 'x-dashscope-sse': 'enable' },
    mustStream,
    requestBody: toGenerationRequest,
    openStream: (sink) => new GenerationStream(sink),
    readReply,
    readFailure,
  };
}

function pathOf(baseUrl: string, task: string): string {
  return endpointPath(baseUrl, '/api/v1', `/services/aigc/${task}/generation`);
}
