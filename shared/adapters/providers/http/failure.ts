import { type Failure, type FailureClass, makeFailure } from '../../../core/failure.ts';
import type { Usage } from '../../../core/usage.ts';
import type { CallOutcome } from '../../../ports/provider.ts';
import type { ErrorReply } from './provider-api.ts';

/** Statuses that mean one thing everywhere (wire-formats.md section 0); the rest follows from the hundred. */
const STATUS_CLASSES = new Map<number, FailureClass>([
  [401, 'auth'],
  [402, 'insufficient_quota'],
  [403, 'auth'],
  [404, 'not_found'],
  [408, 'timeout'],
  [429, 'rate_limit'],
  [503, 'overloaded'],
  [504, 'timeout'],
  [524, 'timeout'],
  [529, 'overloaded'],
]);

/** The texts of an over-long prompt (wire-formats.md section 9); most servers have no code for it. */
const CONTEXT_LENGTH_TEXTS = [
  /prompt is too long/i,
  /prompt too long/i,
  /context (length|window)/i,
  /input token count .* exceeds the maximum/i,
  /range of input length should be/i,
  /too large for model with \d+ maximum context/i,
];

/** The class of a status alone. A success status that carries an error says nothing more than `server`. */
export function classOfStatus(status: number): FailureClass {
  const known = STATUS_CLASSES.get(status);
  if (known !== undefined) return known;
  return status >= 400 && status < 500 ? 'invalid_request' : 'server';
}

/** Whether the words of an error complain about the length of the prompt. */
export function isContextLengthText(message: string): boolean {
  return CONTEXT_LENGTH_TEXTS.some((pattern) => pattern.test(message));
}

/** What a family has read from an error body. */
export interface ErrorReading {
  readonly class: FailureClass;
  /** The provider's own words. */
  readonly message?: string | undefined;
  /** The provider's own code, kept where its words cannot be. */
  readonly code?: string | undefined;
  /** A delay named in the body, for providers that send no header. */
  readonly retryAfterMs?: number | undefined;
}

/** Builds the failure of an error answer from what the family read in it. */
export function failureOfReply(reply: ErrorReply, reading: ErrorReading): Failure {
  return makeFailure(reading.class, messageOf(reply, reading), {
    retryAfterMs: reply.retryAfterMs ?? reading.retryAfterMs,
    providerStatus: reply.status,
  });
}

/** Providers repeat parts of the key in an authentication error, so their words stop here and only the code goes on. */
function messageOf(reply: ErrorReply, reading: ErrorReading): string {
  const code = reading.code === undefined ? '' : `, ${reading.code}`;
  if (reading.class === 'auth') {
    return `the provider refused the credential (status ${reply.status}${code})`;
  }
  return reading.message ?? `the provider answered with status ${reply.status}${code}`;
}

/** A failed outcome, with the usage where some was reported before. */
export function failed(failure: Failure, usage?: Usage): CallOutcome {
  return usage === undefined ? { kind: 'failed', failure } : { kind: 'failed', failure, usage };
}

/** The answer broke the protocol: broken JSON, an ending without its marker, a body that is no answer. */
export function protocolFailure(message: string, usage?: Usage): CallOutcome {
  return failed(makeFailure('server', message), usage);
}

/** The answer ended without its end marker: never a completion, whatever text had come. */
export function truncated(usage?: Usage): CallOutcome {
  return protocolFailure('the answer was truncated: it ended without its end marker', usage);
}
