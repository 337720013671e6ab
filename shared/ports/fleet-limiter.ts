/** What a provider's key allows a minute, over the whole fleet. Absent: no limit of that kind. */
export interface MinuteLimits {
  readonly requestsPerMinute?: number | undefined;
  readonly tokensPerMinute?: number | undefined;
}

/** `taken`: one request and its tokens are counted. `full`: nothing was; there is room for them in `waitMs`. */
export type Take =
  | { readonly kind: 'taken'; readonly second: number }
  | { readonly kind: 'full'; readonly waitMs: number };

/**
 * Counts the calls of the whole fleet to a provider. In any 60 seconds, wherever they begin, no more is let through than
 * the limit; a refusal counts nothing.
 */
export interface FleetLimiter {
  /** `tokens` is what the call is expected to use; more than the whole limit counts as the whole limit. */
  take(providerId: string, limits: MinuteLimits, tokens: number): Promise<Take>;
  /** Puts right by `deltaTokens` what was counted in that second, once it is known what the call used. */
  correct(providerId: string, second: number, deltaTokens: number): Promise<void>;
}
