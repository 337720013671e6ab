import { describe, expect, it } from 'vitest';
import { makeFailure } from '../../shared/core/failure.ts';
import type { CallOutcome } from '../../shared/ports/provider.ts';
import { judgeEnd } from './judge-end.ts';
import type { StopReason } from './stop-signal.ts';

const TIMEOUT = makeFailure('timeout', 'too slow');
const COMPLETED: CallOutcome = { kind: 'completed', finishReason: 'length' };
const FAILED: CallOutcome = { kind: 'failed', failure: TIMEOUT };
const ABORTED: CallOutcome = { kind: 'aborted' };
const COMPLETE = { kind: 'terminal', outcome: 'completed', finishReason: 'length' };

describe('judgeEnd', () => {
  it.each<[CallOutcome, StopReason | undefined, object]>([
    [COMPLETED, undefined, COMPLETE],
    [COMPLETED, 'cancelled', COMPLETE],
    [COMPLETED, 'deadline', COMPLETE],
    [COMPLETED, 'draining', COMPLETE],
    [COMPLETED, 'lost', { kind: 'leave' }],
    [COMPLETED, 'log-away', { kind: 'later' }],
    [FAILED, undefined, { kind: 'failed', failure: TIMEOUT }],
    [FAILED, 'lost', { kind: 'leave' }],
    [FAILED, 'log-away', { kind: 'later' }],
    [FAILED, 'cancelled', { kind: 'terminal', outcome: 'cancelled', finishReason: 'error' }],
    [FAILED, 'deadline', { kind: 'terminal', outcome: 'expired', finishReason: 'error' }],
    [ABORTED, 'lost', { kind: 'leave' }],
    [ABORTED, 'log-away', { kind: 'later' }],
    [ABORTED, 'cancelled', { failure: { class: 'cancelled' }, outcome: 'cancelled' }],
    [ABORTED, 'deadline', { failure: { class: 'deadline' }, outcome: 'expired' }],
    [ABORTED, 'draining', { kind: 'failed', failure: { class: 'server', retryable: true } }],
    [ABORTED, undefined, { kind: 'failed', failure: { class: 'server', retryable: true } }],
  ])('judges %j stopped by %s', (outcome, stopped, end) => {
    expect(judgeEnd(outcome, stopped)).toMatchObject(end);
  });
});
