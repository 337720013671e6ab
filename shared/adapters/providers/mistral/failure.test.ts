import { describe, expect, it } from 'vitest';
import { readMistralFailure } from './failure.ts';

describe('readMistralFailure', () => {
  it.each([
    ['a wrong key', 401, { detail: 'Invalid API Key' }, 'auth'],
    ['a missing model', 400, { type: 'invalid_model', code: '1500' }, 'not_found'],
    ['a missing model by its number', 400, { type: 'odd', code: '1500' }, 'not_found'],
    ['a rate limit', 429, { type: 'rate_limited', code: '1300' }, 'rate_limit'],
    ['a bare rate limit', 429, { message: 'Requests rate limit exceeded' }, 'rate_limit'],
    ['a full model', 429, { type: 'service_tier_capacity_exceeded', code: '3505' }, 'rate_limit'],
    ['a full model inside a success', 200, { object: 'error', code: '3505' }, 'rate_limit'],
    ['missing payment', 402, {}, 'insufficient_quota'],
    [
      'an over-long prompt',
      400,
      { message: 'Prompt contains 9 tokens, too large for model with 8 maximum context length' },
      'context_length',
    ],
    ['no JSON at all', 502, undefined, 'server'],
  ])('knows %s', (...[, status, body, failureClass]) => {
    expect(readMistralFailure({ status, body }).class).toBe(failureClass);
  });

  const complaints = [
    { loc: ['body', 'tools', 0], msg: 'Field required', input: 'a prompt' },
    { type: 'odd' },
  ];

  it.each([
    ['in its message', { object: 'error', message: { detail: complaints } }],
    ['at the top', { detail: complaints }],
  ])('says what the validation complains of %s, without the input', (_name, body) => {
    expect(readMistralFailure({ status: 422, body })).toMatchObject({
      class: 'invalid_request',
      message: 'body.tools.0: Field required; is not valid',
    });
  });
});
