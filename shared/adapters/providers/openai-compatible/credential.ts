/** Azure, at its own hosts and behind gateways that keep its paths. */
const AZURE_HOST_SUFFIX = '.openai.azure.com';
const AZURE_PATH = '/openai/deployments/';

/** The header that carries the key: `api-key` at Azure, a bearer everywhere else. None without a key. */
export function credentialHeaders(
  baseUrl: string,
  apiKey: string | undefined,
): Readonly<Record<string, string>> {
  if (apiKey === undefined) return {};
  return isAzure(new URL(baseUrl)) ? { 'api-key': apiKey } : { authorization: `Bearer ${apiKey}` };
}

function isAzure({ hostname, pathname }: URL): boolean {
  return hostname.endsWith(AZURE_HOST_SUFFIX) || pathname.includes(AZURE_PATH);
}
