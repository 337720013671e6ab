import type { Failure, FailureClass } from '../../../core/failure.ts';
import { classOfStatus, failureOfReply, isContextLengthText } from '../http/failure.ts';
import { readRecord, readText } from '../http/json.ts';
import type { ErrorReply } from '../http/provider-api.ts';
import { readErrorObject } from './wire.ts';

const TYPE_CLASSES = new Map<string, FailureClass>([
  ['invalid_request_error', 'invalid_request'],
  ['request_too_large', 'invalid_request'],
  ['authentication_error', 'auth'],
  ['permission_error', 'auth'],
  ['billing_error', 'insufficient_quota'],
  ['not_found_error', 'not_found'],
  ['rate_limit_error', 'rate_limit'],
  ['timeout_error', 'timeout'],
  ['overloaded_error', 'overloaded'],
  ['api_error', 'server'],
  // Anthropic asks for a retry of a 409, unlike everybody else.
  ['conflict_error', 'server'],
]);

/** Spent money comes as an invalid request and is only told by its words. */
const SPENT_TEXTS = [/credit balance is too low/i, /(spend|usage) limit/i];

/** Reads an error answer or an `error` event. */
export function readFailure(reply: ErrorReply): Failure {
  const error = readErrorObject(reply.body);
  const message = readText(error, 'message');
  const type = readText(error, 'type');
  const code = readText(readRecord(error, 'details'), 'error_code');
  return failureOfReply(reply, {
    class: refine(classOf(type, reply.status), message, code),
    message,
    code: code ?? type,
  });
}

/** Overload by status is overload, whatever the type says (a 503 comes as `api_error`). */
function classOf(type: string | undefined, status: number): FailureClass {
  const byStatus = classOfStatus(status);
  if (byStatus === 'overloaded') return byStatus;
  return TYPE_CLASSES.get(type ?? '') ?? byStatus;
}

function refine(
  broad: FailureClass,
  message: string | undefined,
  code: string | undefined,
): FailureClass {
  if (code === 'enforced_spend_limit_reached') return 'insufficient_quota';
  if (broad !== 'invalid_request' || message === undefined) return broad;
  if (isContextLengthText(message)) return 'context_length';
  return SPENT_TEXTS.some((pattern) => pattern.test(message)) ? 'insufficient_quota' : broad;
}
