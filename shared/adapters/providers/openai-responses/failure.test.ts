import { describe, expect, it } from 'vitest';
import { readFailure } from './failure.ts';

describe('readFailure', () => {
  it.each([
    [400, { code: 'model_not_found' }, 'not_found'],
    [400, { code: 'context_length_exceeded' }, 'context_length'],
    [401, { code: 'invalid_api_key' }, 'auth'],
    [429, { type: 'insufficient_quota' }, 'insufficient_quota'],
    [200, { code: 'server_error' }, 'server'],
    [200, { code: 'invalid_image_url' }, 'invalid_request'],
    [200, { code: 'failed_to_download_image' }, 'invalid_request'],
    [200, { code: 'whatever', type: 'invalid_request_error' }, 'invalid_request'],
    [200, { code: 'invalid_api_key' }, 'auth'],
  ])('reads status %i with %j as %s', (status, error, failureClass) => {
    const failure = readFailure({ status, body: { error } });

    expect(failure).toMatchObject({ class: failureClass, providerStatus: status });
  });

  it('reads a body that is no error by its status', () => {
    expect(readFailure({ status: 502, body: undefined }).class).toBe('server');
  });
});
