import type { Provider, ProviderOptions } from '../../../ports/provider.ts';
import { createHttpProvider } from '../http/http-provider.ts';
import { generateApi } from './generate-api.ts';

const DEFAULT_VERSION = 'v1beta';

/** Google's Gemini API. */
export function createGeminiProvider({ config, apiKey }: ProviderOptions): Provider {
  const api = generateApi({
    baseUrl: config.baseUrl,
    versionPrefix: `/${config.apiVersion ?? DEFAULT_VERSION}`,
    modelsPath: '/models',
    // Never as `?key=`: addresses end up in logs.
    headers: apiKey === undefined ? {} : { 'x-goog-api-key': apiKey },
  });
  return createHttpProvider(config, api);
}
