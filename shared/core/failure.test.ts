import { describe, expect, it } from 'vitest';
import { FAILURE_CLASSES, failureRule, MAX_FAILURE_MESSAGE, makeFailure } from './failure.ts';

describe('makeFailure', () => {
  it.each(FAILURE_CLASSES)(
    'says for %s whether the same call may succeed later',
    (failureClass) => {
      const rule = failureRule(failureClass);

      const failure = makeFailure(failureClass, 'why');

      expect(failure).toEqual({
        class: failureClass,
        retryable: rule.retrySame,
        message: 'why',
      });
    },
  );

  it('keeps what the provider said about waiting and status, and no key that it did not say', () => {
    const failure = makeFailure('rate_limit', 'slow down', {
      retryAfterMs: 0,
      providerStatus: 429,
    });

    expect(failure).toMatchObject({ retryAfterMs: 0, providerStatus: 429 });
    expect(Object.keys(makeFailure('rate_limit', 'slow down'))).not.toContain('retryAfterMs');
  });

  it('bounds the message: a provider can answer with a page of HTML', () => {
    const failure = makeFailure('server', 'x'.repeat(MAX_FAILURE_MESSAGE + 1));

    expect(failure.message).toHaveLength(MAX_FAILURE_MESSAGE);
  });
});

describe('failureRule', () => {
  it.each([
    ['the same deployment again', ['rate_limit', 'overloaded', 'server', 'timeout']],
    ['another deployment only', ['auth', 'insufficient_quota', 'not_found', 'context_length']],
    ['nothing more', ['content_filter', 'invalid_request', 'poison', 'deadline', 'cancelled']],
  ] as const)('allows %s', (allowed, classes) => {
    const expected = {
      retrySame: allowed === 'the same deployment again',
      failover: allowed !== 'nothing more',
    };

    expect(classes.map(failureRule)).toMatchObject(classes.map(() => expected));
  });

  it('counts against a provider what is its own fault only', () => {
    const counting = FAILURE_CLASSES.filter((one) => failureRule(one).breaker !== 'never');

    expect(counting.map((one) => [one, failureRule(one).breaker])).toEqual([
      ['overloaded', 'ratio'],
      ['server', 'full'],
      ['timeout', 'full'],
    ]);
  });
});
