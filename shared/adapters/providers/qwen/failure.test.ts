import { describe, expect, it } from 'vitest';
import { readQwenFailure } from './failure.ts';

describe('readQwenFailure', () => {
  it.each([
    ['unpaid bills', 400, { code: 'Arrearage', type: 'Arrearage' }, 'insufficient_quota'],
    ['a refused prompt', 400, { code: 'data_inspection_failed' }, 'content_filter'],
    ['too many requests', 429, { code: 'limit_requests', type: 'limit_requests' }, 'rate_limit'],
    ['a missing key without a code', 401, { code: null }, 'auth'],
    ['a bad parameter', 400, { code: 'invalid_parameter_error' }, 'invalid_request'],
    ['a throttle inside a success', 200, { code: 'Throttling.RateQuota' }, 'rate_limit'],
    [
      'an over-long prompt',
      400,
      { message: 'Range of input length should be [1, 9]' },
      'context_length',
    ],
  ])('knows %s', (...[, status, error, failureClass]) => {
    expect(readQwenFailure({ status, body: { error, request_id: 'r' } }).class).toBe(failureClass);
  });

  it('reads an error of the gateway, which is written at the top', () => {
    const body = { code: 'DataInspectionFailed', message: 'not appropriate', request_id: 'r' };

    expect(readQwenFailure({ status: 400, body })).toMatchObject({
      class: 'content_filter',
      message: 'not appropriate',
    });
  });
});
