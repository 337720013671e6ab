import { describe, expect, it } from 'vitest';
import { parseDirective } from './directive.ts';

describe('parseDirective', () => {
  it('leaves a prompt without a block as it is', () => {
    const result = parseDirective('Why is {{name}} blue?');

    expect(result).toEqual({
      ok: true,
      value: {
        pace: {},
        faults: [],
        text: undefined,
        tag: undefined,
        rest: 'Why is {{name}} blue?',
      },
    });
  });

  it('reads pace, text mode and tag, and takes the block out of the prompt', () => {
    const result = parseDirective(
      'Hi {{sandbox ttft=20 gap=4 deltas=50 words=1 text=oracle tag=job-7}} there',
    );

    expect(result).toEqual({
      ok: true,
      value: {
        pace: { ttftMs: 20, gapMs: 4, deltas: 50, words: 1 },
        faults: [],
        text: 'oracle',
        tag: 'job-7',
        rest: 'Hi   there',
      },
    });
  });

  it('keeps the faults of several blocks in order', () => {
    const result = parseDirective(
      '{{sandbox fault=reset at=7 times=1 model=gpt-6-luna}}{{sandbox fault=status status=429 retry-after=2 provider=openai}}',
    );

    expect(result.ok && result.value.faults).toEqual([
      { fault: 'reset', at: 7, times: 1, model: 'gpt-6-luna' },
      { fault: 'status', status: 429, retryAfter: 2, provider: 'openai' },
    ]);
  });

  it.each([
    '{{sandbox tfft=20}}',
    '{{sandbox ttft=soon}}',
    '{{sandbox fault=explode}}',
    '{{sandbox at=3}}',
    '{{sandbox text=poem}}',
    '{{sandbox deltas=0}}',
  ])('refuses %s', (prompt) => {
    const result = parseDirective(prompt);

    expect(result.ok).toBe(false);
  });
});
