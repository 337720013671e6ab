import { describe, expect, it } from 'vitest';
import { classOfStatus, failureOfReply, isContextLengthText } from './failure.ts';

describe('classOfStatus', () => {
  it.each([
    [400, 'invalid_request'],
    [401, 'auth'],
    [402, 'insufficient_quota'],
    [403, 'auth'],
    [404, 'not_found'],
    [408, 'timeout'],
    [413, 'invalid_request'],
    [429, 'rate_limit'],
    [500, 'server'],
    [502, 'server'],
    [503, 'overloaded'],
    [504, 'timeout'],
    [529, 'overloaded'],
    [307, 'server'],
    [200, 'server'],
  ])('reads %i as %s', (status, failureClass) => {
    expect(classOfStatus(status)).toBe(failureClass);
  });
});

describe('isContextLengthText', () => {
  it.each([
    'prompt is too long: 210000 tokens > 200000 maximum',
    'The input token count (1250074) exceeds the maximum number of tokens allowed (1048576).',
    "This model's maximum context length is 4096 tokens. However, you requested 5000",
    "the model's context length is only 4096 tokens",
    'prompt too long; exceeded max context length by 12 tokens',
    'Range of input length should be [1, 30720]',
    'Prompt contains 40000 tokens and is too large for model with 32768 maximum context length',
    'Your input exceeds the context window of this model.',
  ])('knows "%s"', (message) => {
    expect(isContextLengthText(message)).toBe(true);
  });

  it('knows other complaints from it', () => {
    expect(isContextLengthText("Invalid 'messages': empty array.")).toBe(false);
  });
});

describe('failureOfReply', () => {
  it('keeps the words of the provider, and its delay where no header gave one', () => {
    const failure = failureOfReply(
      { status: 429, body: undefined },
      { class: 'rate_limit', message: 'slow down', retryAfterMs: 40 },
    );

    expect(failure).toEqual({
      class: 'rate_limit',
      retryable: true,
      retryAfterMs: 40,
      providerStatus: 429,
      message: 'slow down',
    });
  });

  it('never repeats what a provider says about a key', () => {
    const failure = failureOfReply(
      { status: 401, body: undefined },
      { class: 'auth', message: 'Incorrect API key provided: sk-abc', code: 'invalid_api_key' },
    );

    expect(failure.message).not.toContain('sk-abc');
    expect(failure.message).toContain('invalid_api_key');
  });
});
