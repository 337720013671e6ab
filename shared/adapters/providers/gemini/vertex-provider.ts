import type { Provider, ProviderOptions } from '../../../ports/provider.ts';
import { createHttpProvider } from '../http/http-provider.ts';
import { generateApi } from './generate-api.ts';

const DEFAULT_VERSION = 'v1';

/**
 * Gemini on Vertex AI: another address and credential, the same bodies. `baseUrl` ends with the place
 * (`…/v1/projects/p/locations/l`); the key is an OAuth access token, which whoever sets it has to keep fresh.
 */
export function createVertexProvider({ config, apiKey }: ProviderOptions): Provider {
  const api = generateApi({
    baseUrl: config.baseUrl,
    versionPrefix: `/${config.apiVersion ?? DEFAULT_VERSION}`,
    modelsPath: '/publishers/google/models',
    headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
  });
  return createHttpProvider(config, api);
}
