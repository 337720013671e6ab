import { describe, expect, it } from 'vitest';
import { aRequest } from '../../test/support/builders.ts';
import { estimateInputTokens, expectedOutputTokens, limitTokens } from './expected-tokens.ts';

describe('the tokens that a request is expected to take', () => {
  it('count an image as an image, however many bytes it has', () => {
    const url = `data:image/png;base64,${'A'.repeat(1_000_000)}`;
    const image = { type: 'image' as const, url };
    const request = aRequest({ messages: [{ role: 'user', content: [image, image] }] });

    expect(estimateInputTokens(request)).toBeLessThan(2_010);
    expect(estimateInputTokens(request)).toBeGreaterThanOrEqual(2_000);
  });

  it('count the whole bound of an answer against a limit, and a typical answer where cost is expected', () => {
    const messages = [{ role: 'user' as const, content: 'x'.repeat(400) }];
    const request = aRequest({ messages, maxTokens: 5_000 });

    expect(limitTokens(request)).toBeGreaterThanOrEqual(5_100);
    expect(limitTokens(request)).toBeLessThan(5_110);
    expect(expectedOutputTokens(request)).toBe(400);
    expect(expectedOutputTokens(aRequest({ messages, maxTokens: 7 }))).toBe(7);
  });
});
