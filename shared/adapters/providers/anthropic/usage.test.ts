import { describe, expect, it } from 'vitest';
import { addUsage, toUsage } from './usage.ts';

describe('usage', () => {
  it('keeps the last figure that was given', () => {
    const start = addUsage({}, { input_tokens: 10, cache_read_input_tokens: 3, output_tokens: 1 });

    const usage = toUsage(addUsage(start, { input_tokens: null, output_tokens: 40 }));

    expect(usage).toEqual({
      inputTokens: 13,
      cachedInputTokens: 3,
      cacheWriteTokens: undefined,
      outputTokens: 40,
      reasoningTokens: undefined,
    });
  });

  it('is not reported where a total is missing', () => {
    expect(toUsage(addUsage({}, { output_tokens: 1 }))).toBeUndefined();
    expect(toUsage(addUsage({}, undefined))).toBeUndefined();
  });
});
