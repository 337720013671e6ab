import type { ApiKeyStore, Principal } from '../../ports/api-key-store.ts';
import { digestSecret, isPlausibleApiKey } from './api-key.ts';

/** A revoked key stops working within this, on every instance (security.md A07). */
const CACHE_MS = 5_000;

/** Known keys kept; the oldest goes first. Unknown keys are not kept, so that guesses cannot push out real ones. */
const CACHE_ENTRIES = 10_000;

/** Makes a principal from a secret, and is the only place that does. */
export class Authenticator {
  readonly #store: ApiKeyStore;
  readonly #now: () => number;
  readonly #cache = new Map<string, { principal: Principal; until: number }>();

  constructor(store: ApiKeyStore, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** The principal of an `Authorization` header; undefined for missing, malformed, unknown and revoked alike. */
  async authenticate(authorization: string | undefined): Promise<Principal | undefined> {
    const match = /^Bearer ([\x21-\x7e]+)$/i.exec(authorization ?? '');
    const key = match?.[1];
    if (key === undefined || !isPlausibleApiKey(key)) return undefined;
    const digest = digestSecret(key);
    const cached = this.#cache.get(digest);
    if (cached !== undefined && cached.until > this.#now()) return cached.principal;
    const principal = await this.#store.find(digest);
    this.#cache.delete(digest);
    if (principal !== undefined) this.#remember(digest, principal);
    return principal;
  }

  #remember(digest: string, principal: Principal): void {
    this.#cache.set(digest, { principal, until: this.#now() + CACHE_MS });
    if (this.#cache.size <= CACHE_ENTRIES) return;
    const oldest = this.#cache.keys().next();
    if (oldest.done !== true) this.#cache.delete(oldest.value);
  }
}
