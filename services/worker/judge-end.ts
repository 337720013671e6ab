import type { Interruption, Outcome } from '../../shared/contracts/events/job-entry.ts';
import { type Failure, makeFailure } from '../../shared/core/failure.ts';
import type { FinishReason } from '../../shared/core/finish-reason.ts';
import type { CallOutcome } from '../../shared/ports/provider.ts';
import type { StopReason } from './stop-signal.ts';

/**
 * What an attempt's end means. `terminal`: the job is over. `failed`: the attempt is, the router decides. `leave`: the job
 * is somebody else's, write and settle nothing. `later`: the log is away, look again.
 */
export type AttemptEnd =
  | {
      readonly kind: 'terminal';
      readonly outcome: Outcome;
      readonly finishReason: FinishReason;
      readonly failure?: Failure;
    }
  | {
      readonly kind: 'failed';
      readonly failure: Failure;
      readonly interrupted?: Interruption;
    }
  | { readonly kind: 'leave' }
  | { readonly kind: 'later' };

/**
 * Judges how a call ended. Losing the job or the log outweighs everything; a completed answer outweighs a cancel or a
 * deadline that came while its last words were on their way.
 */
export function judgeEnd(outcome: CallOutcome, stopped: StopReason | undefined): AttemptEnd {
  if (stopped === 'lost') return { kind: 'leave' };
  if (stopped === 'log-away') return { kind: 'later' };
  if (outcome.kind === 'completed') {
    return { kind: 'terminal', outcome: 'completed', finishReason: outcome.finishReason };
  }
  switch (stopped) {
    case 'cancelled': {
      const failure = makeFailure('cancelled', 'the client cancelled the job');
      return { kind: 'terminal', outcome: 'cancelled', finishReason: 'error', failure };
    }
    case 'deadline': {
      const failure = makeFailure('deadline', 'the job missed its deadline');
      return { kind: 'terminal', outcome: 'expired', finishReason: 'error', failure };
    }
    case 'draining':
      return {
        kind: 'failed',
        failure: makeFailure('server', 'the worker was shut down'),
        interrupted: 'shutdown',
      };
    case undefined:
      break;
  }
  if (outcome.kind === 'failed') return { kind: 'failed', failure: outcome.failure };
  return { kind: 'failed', failure: makeFailure('server', 'the call was aborted') };
}
