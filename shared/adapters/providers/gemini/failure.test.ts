import { describe, expect, it } from 'vitest';
import { readFailure } from './failure.ts';

const DAILY = { violations: [{ quotaId: 'GenerateRequestsPerDayPerProject' }] };

describe('readFailure', () => {
  it.each([
    [400, { status: 'INVALID_ARGUMENT', message: 'bad' }, 'invalid_request'],
    [400, { status: 'INVALID_ARGUMENT', details: [{ reason: 'API_KEY_INVALID' }] }, 'auth'],
    [
      400,
      { status: 'INVALID_ARGUMENT', message: 'The input token count (9) exceeds the maximum' },
      'context_length',
    ],
    [400, { status: 'FAILED_PRECONDITION' }, 'invalid_request'],
    [403, { status: 'PERMISSION_DENIED' }, 'auth'],
    [404, { status: 'NOT_FOUND' }, 'not_found'],
    [429, { status: 'RESOURCE_EXHAUSTED' }, 'rate_limit'],
    [429, { status: 'RESOURCE_EXHAUSTED', details: [DAILY] }, 'insufficient_quota'],
    [500, { status: 'INTERNAL' }, 'server'],
    [503, { status: 'UNAVAILABLE' }, 'overloaded'],
    [504, { status: 'DEADLINE_EXCEEDED' }, 'timeout'],
    [200, { code: 503 }, 'overloaded'],
    [502, undefined, 'server'],
  ])('reads status %i with %j as %s', (...[status, error, failureClass]) => {
    expect(readFailure({ status, body: { error } }).class).toBe(failureClass);
  });

  it('finds an error in a list, and its delay in the details', () => {
    const error = {
      status: 'RESOURCE_EXHAUSTED',
      message: 'later',
      details: [{ retryDelay: '48s' }],
    };

    const failure = readFailure({ status: 429, body: [{ error }] });

    expect(failure).toMatchObject({ class: 'rate_limit', message: 'later', retryAfterMs: 48_000 });
  });
});
