import type { Failure, FailureClass } from '../../../core/failure.ts';
import { classOfStatus, failureOfReply, isContextLengthText } from '../http/failure.ts';
import { readText } from '../http/json.ts';
import type { ErrorReply } from '../http/provider-api.ts';
import { readErrorObject } from './wire.ts';

/** Errors have words only. Inside a stream there is no status either, and the words decide alone. */
const TEXT_CLASSES: readonly (readonly [RegExp, FailureClass])[] = [
  [/^model .* not found/i, 'not_found'],
  [/server busy|maximum pending requests/i, 'overloaded'],
];

/** Reads an error answer or an error line. */
export function readFailure(reply: ErrorReply): Failure {
  const message = readText(readErrorObject(reply.body), 'message');
  return failureOfReply(reply, { class: classOf(reply.status, message ?? ''), message });
}

function classOf(status: number, message: string): FailureClass {
  const broad = classOfStatus(status);
  if (broad !== 'invalid_request' && broad !== 'server') return broad;
  if (isContextLengthText(message)) return 'context_length';
  return TEXT_CLASSES.find(([pattern]) => pattern.test(message))?.[1] ?? broad;
}
