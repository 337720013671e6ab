import { Pool } from 'undici';
import type { ProviderConfig } from '../../../contracts/config/config.ts';
import type { Provider } from '../../../ports/provider.ts';
import { exchange } from './exchange.ts';
import type { ProviderApi } from './provider-api.ts';

/** How long an unused connection is kept, milliseconds: a new one costs a TLS handshake before the first token. */
const KEEP_ALIVE_MS = 30_000;

/**
 * A provider that is reached over HTTP, with its own connections to its origin. `close` breaks off the calls that still
 * run: they end as failed.
 */
export function createHttpProvider(config: ProviderConfig, api: ProviderApi): Provider {
  const pool = new Pool(new URL(config.baseUrl).origin, {
    // HTTP/2 would put every call of the process on one connection, and one reset would end them all.
    allowH2: false,
    // A call that waits for a connection waits under no timeout of undici's, so there are as many as calls.
    connections: config.limits.concurrency ?? null,
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connect: { timeout: config.timeouts.connectMs },
  });
  return {
    call: (asked, sink, signal) => {
      const call = api.mustStream?.(asked) === true ? { ...asked, stream: true } : asked;
      return exchange({ dispatcher: pool, api, timeouts: config.timeouts, call, sink, signal });
    },
    close: () => pool.destroy(),
  };
}

/**
 * Joins the path of `baseUrl` and an endpoint. A base without a path gets the family's version prefix, a base with one
 * is taken to hold it (`https://openrouter.ai/api/v1`); its query, such as Azure's `api-version`, is kept.
 */
export function endpointPath(baseUrl: string, versionPrefix: string, endpoint: string): string {
  const url = new URL(baseUrl);
  const base = url.pathname.replace(/\/+$/, '');
  const target = new URL(`${url.origin}${base === '' ? versionPrefix : base}${endpoint}`);
  for (const [name, value] of url.searchParams) target.searchParams.append(name, value);
  return `${target.pathname}${target.search}`;
}
