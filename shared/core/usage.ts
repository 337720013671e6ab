/**
 * Tokens of one answer, one definition for every provider: input includes cached and cache-written tokens, output
 * includes reasoning. Not reported stays undefined; `estimated` says that we counted because the provider did not.
 */
export interface Usage {
  readonly inputTokens: number;
  readonly cachedInputTokens?: number | undefined;
  readonly cacheWriteTokens?: number | undefined;
  readonly outputTokens: number;
  readonly reasoningTokens?: number | undefined;
  readonly estimated?: boolean | undefined;
}

/** Characters a token, on average over the languages and vocabularies in use; only for estimates, marked as such. */
const CHARACTERS_PER_TOKEN = 4;

/** Rough token count of a text: used to filter by window, to rank by cost and to bill what was not reported. */
export function estimateTokens(characters: number): number {
  return Math.ceil(characters / CHARACTERS_PER_TOKEN);
}
