import type { ProviderCall } from '../../../ports/provider.ts';
import { endpointPath } from '../http/http-provider.ts';
import type { ProviderApi } from '../http/provider-api.ts';
import { readFailure } from './failure.ts';
import { readReply } from './reply.ts';
import { toGenerateRequest } from './request.ts';
import { GenerateStream } from './stream.ts';

/** Where the API stands and what it is called with; bodies are the same at all of Google's addresses. */
export interface GenerateAddress {
  readonly baseUrl: string;
  /** Where the API is below a base URL that has no path. */
  readonly versionPrefix: string;
  /** Where the models are below the base. */
  readonly modelsPath: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** `generateContent` and `streamGenerateContent` at an address. */
export function generateApi(address: GenerateAddress): ProviderApi {
  return {
    path: (call) => endpointPath(address.baseUrl, address.versionPrefix, endpointOf(call, address)),
    headers: address.headers,
    requestBody: toGenerateRequest,
    openStream: (sink) => new GenerateStream(sink),
    readReply,
    readFailure,
  };
}

function endpointOf(
  { requestModel, stream }: ProviderCall,
  { modelsPath }: GenerateAddress,
): string {
  const model = `${modelsPath}/${encodeURIComponent(requestModel)}`;
  return stream ? `${model}:streamGenerateContent?alt=sse` : `${model}:generateContent`;
}
