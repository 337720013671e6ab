/** Who calls, as the authenticator found out: the only source of a tenant id. */
export interface Principal {
  readonly tenantId: string;
  readonly keyId: string;
}

/** API keys by the SHA-256 of the secret; the secret itself is never stored. */
export interface ApiKeyStore {
  find(digest: string): Promise<Principal | undefined>;
  /** Stores a key; repeating it is harmless. */
  put(digest: string, principal: Principal): Promise<void>;
  /** Keeps a one-use ticket for `ttlMs`. */
  putTicket(digest: string, principal: Principal, ttlMs: number): Promise<void>;
  /** Takes the ticket away: the second call finds nothing. */
  takeTicket(digest: string): Promise<Principal | undefined>;
}
