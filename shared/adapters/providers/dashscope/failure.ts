import type { Failure, FailureClass } from '../../../core/failure.ts';
import { classOfStatus, failureOfReply, isContextLengthText } from '../http/failure.ts';
import { isRecord, readText } from '../http/json.ts';
import type { ErrorReply } from '../http/provider-api.ts';

/** By the whole code, or by its part before the first dot (`Throttling.RateQuota`, `InternalError.Algo`). */
const CODE_CLASSES = new Map<string, FailureClass>([
  ['InvalidParameter', 'invalid_request'],
  ['invalid_parameter_error', 'invalid_request'],
  ['DataInspectionFailed', 'content_filter'],
  ['data_inspection_failed', 'content_filter'],
  ['Arrearage', 'insufficient_quota'],
  ['AllocationQuota', 'insufficient_quota'],
  ['insufficient_quota', 'insufficient_quota'],
  ['InvalidApiKey', 'auth'],
  ['AccessDenied', 'auth'],
  ['Model.AccessDenied', 'auth'],
  ['ModelNotFound', 'not_found'],
  ['Throttling', 'rate_limit'],
  ['limit_requests', 'rate_limit'],
  ['InternalError', 'server'],
  ['ModelUnavailable', 'overloaded'],
  ['RequestTimeOut', 'timeout'],
]);

/** Reads an error answer or an `error` event, whose status is a comment that a reader of events never sees. */
export function readFailure(reply: ErrorReply): Failure {
  const body = isRecord(reply.body) ? reply.body : undefined;
  const message = readText(body, 'message');
  const code = readText(body, 'code');
  const broad = classOfCode(code) ?? classOfStatus(reply.status);
  const isTooLong = broad === 'invalid_request' && isContextLengthText(message ?? '');
  return failureOfReply(reply, { class: isTooLong ? 'context_length' : broad, message, code });
}

function classOfCode(code = ''): FailureClass | undefined {
  return CODE_CLASSES.get(code) ?? CODE_CLASSES.get(code.split('.')[0] ?? '');
}
