import type { Failure, FailureClass } from '../../../core/failure.ts';
import { classOfStatus, failureOfReply, isContextLengthText } from '../http/failure.ts';
import { type JsonRecord, readCount, readRecords, readText } from '../http/json.ts';
import type { ErrorReply } from '../http/provider-api.ts';
import { parseSecondsMs } from '../http/retry-after.ts';
import { readErrorObject } from './wire.ts';

const STATUS_CLASSES = new Map<string, FailureClass>([
  ['INVALID_ARGUMENT', 'invalid_request'],
  ['FAILED_PRECONDITION', 'invalid_request'],
  ['OUT_OF_RANGE', 'invalid_request'],
  ['UNAUTHENTICATED', 'auth'],
  ['PERMISSION_DENIED', 'auth'],
  ['NOT_FOUND', 'not_found'],
  ['RESOURCE_EXHAUSTED', 'rate_limit'],
  ['UNAVAILABLE', 'overloaded'],
  ['INTERNAL', 'server'],
  ['DEADLINE_EXCEEDED', 'timeout'],
]);

/** Reads an error answer or an error chunk. Gemini names its delay in the body, never in a header. */
export function readFailure(reply: ErrorReply): Failure {
  const error = readErrorObject(reply.body);
  const message = readText(error, 'message');
  const status = readText(error, 'status');
  const details = readRecords(error, 'details');
  const broad =
    STATUS_CLASSES.get(status ?? '') ??
    classOfStatus(reply.status >= 300 ? reply.status : (readCount(error, 'code') ?? reply.status));
  return failureOfReply(reply, {
    class: refine(broad, message, details),
    message,
    code: status,
    retryAfterMs: readDelayMs(details),
  });
}

function refine(
  broad: FailureClass,
  message: string | undefined,
  details: readonly JsonRecord[],
): FailureClass {
  if (details.some((detail) => readText(detail, 'reason') === 'API_KEY_INVALID')) return 'auth';
  if (broad === 'rate_limit' && isDailyQuota(details)) return 'insufficient_quota';
  const isTooLong = broad === 'invalid_request' && isContextLengthText(message ?? '');
  return isTooLong ? 'context_length' : broad;
}

/** A daily quota comes back at midnight, whatever delay stands beside it: nothing to wait for here. */
function isDailyQuota(details: readonly JsonRecord[]): boolean {
  return details
    .flatMap((detail) => readRecords(detail, 'violations'))
    .some((violation) => /PerDay/.test(readText(violation, 'quotaId') ?? ''));
}

function readDelayMs(details: readonly JsonRecord[]): number | undefined {
  for (const detail of details) {
    const delay = readText(detail, 'retryDelay');
    if (delay !== undefined) return parseSecondsMs(delay);
  }
  return undefined;
}
