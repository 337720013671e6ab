import { describe, expect, it } from 'vitest';
import { readFailure } from './failure.ts';

describe('readFailure', () => {
  it.each([
    [400, 'InvalidParameter', 'bad', 'invalid_request'],
    [400, 'InvalidParameter', 'Range of input length should be [1, 9]', 'context_length'],
    [400, 'DataInspectionFailed', 'no', 'content_filter'],
    [400, 'Arrearage', 'pay', 'insufficient_quota'],
    [403, 'AllocationQuota.FreeTierOnly', 'spent', 'insufficient_quota'],
    [401, 'InvalidApiKey', 'no', 'auth'],
    [403, 'Model.AccessDenied', 'no', 'auth'],
    [404, 'ModelNotFound', 'no', 'not_found'],
    [429, 'Throttling.AllocationQuota', 'slow', 'rate_limit'],
    [500, 'InternalError.Algo', 'boom', 'server'],
    [503, 'ModelUnavailable', 'busy', 'overloaded'],
    [200, 'InvalidParameter', 'bad', 'invalid_request'],
    [429, 'NewCode', 'slow', 'rate_limit'],
  ])('reads status %i with %s, "%s", as %s', (...[status, code, message, failureClass]) => {
    const failure = readFailure({ status, body: { code, message } });

    expect(failure).toMatchObject({ class: failureClass, providerStatus: status });
  });

  it('reads a body without a code by its status', () => {
    expect(readFailure({ status: 401, body: { code: null } }).class).toBe('auth');
    expect(readFailure({ status: 502, body: undefined }).class).toBe('server');
  });
});
