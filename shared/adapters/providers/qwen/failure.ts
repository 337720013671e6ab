import type { Failure, FailureClass } from '../../../core/failure.ts';
import type { ErrorReply } from '../http/provider-api.ts';
import { readFailure } from '../openai-compatible/failure.ts';

/** Codes of Model Studio. The gateway before it writes them as the native API does. */
const CODE_CLASSES = new Map<string, FailureClass>([
  ['Arrearage', 'insufficient_quota'],
  ['data_inspection_failed', 'content_filter'],
  ['DataInspectionFailed', 'content_filter'],
  ['limit_requests', 'rate_limit'],
  ['Throttling', 'rate_limit'],
  ['Throttling.RateQuota', 'rate_limit'],
  ['Throttling.AllocationQuota', 'rate_limit'],
  ['InvalidApiKey', 'auth'],
  ['ModelNotFound', 'not_found'],
  ['ModelUnavailable', 'overloaded'],
]);

/** Reads an error answer: as OpenAI writes it, or with `code` and `message` at the top. */
export function readQwenFailure(reply: ErrorReply): Failure {
  return readFailure(reply, CODE_CLASSES);
}
