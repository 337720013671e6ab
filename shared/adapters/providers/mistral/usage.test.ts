import { describe, expect, it } from 'vitest';
import { readMistralUsage } from './usage.ts';

const TOTALS = { prompt_tokens: 100, completion_tokens: 20 };

describe('readMistralUsage', () => {
  it.each([
    ['newer', { ...TOTALS, num_cached_tokens: 1, prompt_tokens_details: { cached_tokens: 60 } }],
    ['older', { ...TOTALS, num_cached_tokens: 60 }],
  ])('finds the cached tokens of %s answers', (_name, usage) => {
    expect(readMistralUsage({ usage })).toMatchObject({
      inputTokens: 100,
      cachedInputTokens: 60,
      outputTokens: 20,
    });
  });

  it('leaves cached tokens undefined where none are named, and usage where there is none', () => {
    expect(readMistralUsage({ usage: TOTALS })?.cachedInputTokens).toBeUndefined();
    expect(readMistralUsage({})).toBeUndefined();
  });
});
