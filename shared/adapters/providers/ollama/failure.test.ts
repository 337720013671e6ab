import { describe, expect, it } from 'vitest';
import { readFailure } from './failure.ts';

describe('readFailure', () => {
  it.each([
    [404, 'model "x" not found', 'not_found'],
    [200, 'model "x" not found, try pulling it first', 'not_found'],
    [400, 'prompt too long; exceeded max context length by 9 tokens', 'context_length'],
    [400, '"x" does not support thinking', 'invalid_request'],
    [401, 'unauthorized', 'auth'],
    [429, 'too many requests', 'rate_limit'],
    [500, 'boom', 'server'],
    [503, 'server busy, please try again.', 'overloaded'],
  ])('reads status %i with "%s" as %s', (status, error, failureClass) => {
    expect(readFailure({ status, body: { error } }).class).toBe(failureClass);
  });

  it('reads an error that is an object, and a body without one', () => {
    const named = readFailure({ status: 500, body: { error: { message: 'boom' } } });

    expect(named.message).toBe('boom');
    expect(readFailure({ status: 502, body: undefined }).class).toBe('server');
  });
});
