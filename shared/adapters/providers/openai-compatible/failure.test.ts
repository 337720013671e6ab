import { describe, expect, it } from 'vitest';
import { readFailure } from './failure.ts';

describe('readFailure', () => {
  it.each([
    [
      'a spent quota',
      429,
      { type: 'insufficient_quota', code: 'rate_limit_exceeded' },
      'insufficient_quota',
    ],
    ['spent credit', 429, { code: 'credit_balance_exhausted' }, 'insufficient_quota'],
    ['a rate limit', 429, { type: 'tokens', code: 'rate_limit_exceeded' }, 'rate_limit'],
    ['too steep a start', 429, { code: 'slow_down' }, 'rate_limit'],
    ['overload', 503, { code: 'server_is_overloaded' }, 'overloaded'],
    ['a wrong key under a vague code', 401, { code: 'invalid_request_error' }, 'auth'],
    ['a missing model as 400', 400, { code: 'model_not_found' }, 'not_found'],
    ['an over-long prompt by code', 400, { code: 'context_length_exceeded' }, 'context_length'],
    [
      'an over-long prompt by text',
      400,
      { message: 'maximum context length is 9' },
      'context_length',
    ],
    ['a filtered prompt', 400, { code: 'content_filter' }, 'content_filter'],
    ['any other bad request', 400, { code: 'empty_array', message: 'no' }, 'invalid_request'],
    ['a numeric code inside a success', 200, { code: 429 }, 'rate_limit'],
    ['a status_code inside a success', 200, { status_code: 400 }, 'invalid_request'],
    ['an error without any sign inside a success', 200, { message: 'oops' }, 'server'],
  ])('knows %s', (...[, status, error, failureClass]) => {
    expect(readFailure({ status, body: { error } }).class).toBe(failureClass);
  });

  it('reads errors that are plain text, at the top, or absent', () => {
    expect(readFailure({ status: 500, body: { error: 'boom' } }).message).toBe('boom');
    expect(readFailure({ status: 400, body: { object: 'error', message: 'bad' } }).message).toBe(
      'bad',
    );
    expect(readFailure({ status: 422, body: { detail: 'bad' } }).message).toBe('bad');
    expect(readFailure({ status: 502, body: undefined }).class).toBe('server');
  });

  it('reads the delay from the text where no header gave one', () => {
    const body = { error: { message: 'Limit reached. Please try again in 3.89s. Visit us.' } };

    expect(readFailure({ status: 429, body }).retryAfterMs).toBe(3_890);
    expect(readFailure({ status: 429, body, retryAfterMs: 5_000 }).retryAfterMs).toBe(5_000);
  });
});
