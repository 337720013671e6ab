import { describe, expect, it } from 'vitest';
import { readUsage } from './usage.ts';

const TOTALS = { prompt_tokens: 100, completion_tokens: 20 };

describe('readUsage', () => {
  it('reads all figures', () => {
    const usage = readUsage({
      usage: {
        ...TOTALS,
        prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 5 },
        completion_tokens_details: { reasoning_tokens: 12 },
      },
    });

    expect(usage).toEqual({
      inputTokens: 100,
      cachedInputTokens: 60,
      cacheWriteTokens: 5,
      outputTokens: 20,
      reasoningTokens: 12,
    });
  });

  it.each([
    ['DeepSeek', { usage: { ...TOTALS, prompt_cache_hit_tokens: 7 } }],
    ['Together', { usage: { ...TOTALS, cached_tokens: 7 } }],
    ['llama.cpp', { usage: TOTALS, timings: { cache_n: 7 } }],
  ])('finds the cached tokens of %s', (_name, body) => {
    expect(readUsage(body)?.cachedInputTokens).toBe(7);
  });

  it.each([
    ['inside the completion', 120, 20],
    ['beside it (xAI), as the total shows', 132, 32],
    ['beside or inside where no total tells', undefined, 20],
  ])('takes reasoning %s', (_where, total_tokens, expected) => {
    const completion_tokens_details = { reasoning_tokens: 12 };

    const usage = readUsage({ usage: { ...TOTALS, total_tokens, completion_tokens_details } });

    expect(usage).toMatchObject({ outputTokens: expected, reasoningTokens: 12 });
  });

  it('finds the usage of Groq', () => {
    expect(readUsage({ x_groq: { usage: TOTALS } })?.inputTokens).toBe(100);
  });

  it.each([
    ['nothing', {}],
    ['null', { usage: null }],
    ['an empty object', { usage: {} }],
    ['figures that are no counts', { usage: { prompt_tokens: -1, completion_tokens: '2' } }],
  ])('takes %s for not reported', (_name, body) => {
    expect(readUsage(body)).toBeUndefined();
  });

  it('leaves what was not reported undefined', () => {
    expect(readUsage({ usage: TOTALS })?.reasoningTokens).toBeUndefined();
  });
});
