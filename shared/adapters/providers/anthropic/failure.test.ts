import { describe, expect, it } from 'vitest';
import { readFailure } from './failure.ts';

describe('readFailure', () => {
  it.each([
    [400, { type: 'invalid_request_error', message: 'bad' }, 'invalid_request'],
    [
      400,
      { type: 'invalid_request_error', message: 'prompt is too long: 9 tokens > 8 maximum' },
      'context_length',
    ],
    [
      400,
      { type: 'invalid_request_error', message: 'Your credit balance is too low to go on' },
      'insufficient_quota',
    ],
    [401, { type: 'authentication_error' }, 'auth'],
    [402, { type: 'billing_error' }, 'insufficient_quota'],
    [403, { type: 'permission_error' }, 'auth'],
    [404, { type: 'not_found_error' }, 'not_found'],
    [409, { type: 'conflict_error' }, 'server'],
    [413, { type: 'request_too_large' }, 'invalid_request'],
    [429, { type: 'rate_limit_error' }, 'rate_limit'],
    [
      429,
      { type: 'rate_limit_error', details: { error_code: 'enforced_spend_limit_reached' } },
      'insufficient_quota',
    ],
    [500, { type: 'api_error' }, 'server'],
    [504, { type: 'timeout_error' }, 'timeout'],
    [529, { type: 'overloaded_error' }, 'overloaded'],
    [200, { type: 'overloaded_error' }, 'overloaded'],
    [502, undefined, 'server'],
  ])('reads status %i with %j as %s', (...[status, error, failureClass]) => {
    expect(readFailure({ status, body: { type: 'error', error } }).class).toBe(failureClass);
  });
});
