import { describe, expect, it } from 'vitest';
import { readLimitHints } from './limit-hints.ts';

const DATE = 'Sun, 22 Nov 2026 10:00:00 GMT';

describe('readLimitHints', () => {
  it('reads OpenAI’s headers, with resets as durations', () => {
    const hints = readLimitHints({
      'x-ratelimit-limit-requests': '500',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '120ms',
      'x-ratelimit-limit-tokens': '30000',
      'x-ratelimit-remaining-tokens': '29000',
      'x-ratelimit-reset-tokens': '1m30.5s',
    });

    expect(hints).toEqual([
      { of: 'requests', limit: 500, remaining: 0, resetMs: 120 },
      { of: 'tokens', limit: 30_000, remaining: 29_000, resetMs: 90_500 },
    ]);
  });

  it('reads Anthropic’s headers, with resets as moments of its own clock', () => {
    const hints = readLimitHints({
      date: DATE,
      'anthropic-ratelimit-requests-limit': '50',
      'anthropic-ratelimit-requests-remaining': '49',
      'anthropic-ratelimit-requests-reset': '2026-11-22T10:00:02Z',
      'anthropic-ratelimit-output-tokens-remaining': '0',
      'anthropic-ratelimit-output-tokens-reset': '2026-11-22T09:59:00Z',
    });

    expect(hints).toEqual([
      { of: 'requests', limit: 50, remaining: 49, resetMs: 2_000 },
      { of: 'tokens', remaining: 0, resetMs: 0 },
    ]);
  });

  it('reads OpenRouter’s, in milliseconds since the epoch, and Mistral’s, without a reset', () => {
    const reset = String(Date.parse(DATE) + 7_000);

    expect(
      readLimitHints({ date: DATE, 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset }),
    ).toEqual([{ of: 'requests', remaining: 0, resetMs: 7_000 }]);
    expect(readLimitHints({ 'x-ratelimit-remaining-req-minute': '3' })).toEqual([
      { of: 'requests', remaining: 3 },
    ]);
  });

  it.each([
    ['nothing', {}],
    ['words', { 'x-ratelimit-remaining-requests': 'many' }],
    ['a number below zero', { 'x-ratelimit-remaining-requests': '-1' }],
    ['an empty value', { 'x-ratelimit-remaining-requests': '' }],
  ])('takes %s for no hint', (_what, headers) => {
    expect(readLimitHints(headers)).toEqual([]);
  });

  it('does not guess a reset that it cannot read', () => {
    const headers = { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': 'soon' };

    expect(readLimitHints(headers)).toEqual([{ of: 'requests', remaining: 0 }]);
  });
});
