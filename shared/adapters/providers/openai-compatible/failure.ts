import type { Failure, FailureClass } from '../../../core/failure.ts';
import {
  classOfStatus,
  type ErrorReading,
  failureOfReply,
  isContextLengthText,
} from '../http/failure.ts';
import { isRecord, type JsonRecord, readCount, readText } from '../http/json.ts';
import type { ErrorReply } from '../http/provider-api.ts';
import { parseSecondsMs } from '../http/retry-after.ts';
import { readErrorObject } from './wire.ts';

/** Codes and types that say more than the status. Vague ones (`api_error`, `invalid_request_error`) are left to it. */
const CODE_CLASSES = new Map<string, FailureClass>([
  ['insufficient_quota', 'insufficient_quota'],
  ['credit_balance_exhausted', 'insufficient_quota'],
  ['billing_hard_limit_reached', 'insufficient_quota'],
  ['billing_not_active', 'insufficient_quota'],
  ['rate_limit_exceeded', 'rate_limit'],
  ['rate_limit_error', 'rate_limit'],
  ['slow_down', 'rate_limit'],
  ['RateLimitReached', 'rate_limit'],
  ['context_length_exceeded', 'context_length'],
  ['exceed_context_size_error', 'context_length'],
  ['model_not_found', 'not_found'],
  ['DeploymentNotFound', 'not_found'],
  ['content_filter', 'content_filter'],
  ['content_policy_violation', 'content_filter'],
  ['invalid_api_key', 'auth'],
  ['authentication_error', 'auth'],
  ['server_is_overloaded', 'overloaded'],
  ['overloaded_error', 'overloaded'],
  ['service_unavailable_error', 'overloaded'],
  ['unavailable_error', 'overloaded'],
]);

/**
 * Reads an error answer of any OpenAI-like server, by status or inside a success. `ownCodes` are codes and types that
 * only one provider has.
 */
export function readFailure(
  reply: ErrorReply,
  ownCodes: ReadonlyMap<string, FailureClass> = new Map(),
): Failure {
  const error = readErrorObject(reply.body) ?? (isRecord(reply.body) ? reply.body : undefined);
  return failureOfReply(
    reply,
    error === undefined
      ? { class: classOfStatus(reply.status) }
      : read(error, { status: statusOf(error, reply.status), ownCodes }),
  );
}

interface Reader {
  readonly status: number;
  readonly ownCodes: ReadonlyMap<string, FailureClass>;
}

function read(error: JsonRecord, { status, ownCodes }: Reader): ErrorReading {
  const message = readText(error, 'message') ?? readText(error, 'detail');
  const code = readText(error, 'code');
  const type = readText(error, 'type');
  return {
    class: classOf({ message, classes: classesOf([code, type], ownCodes), status }),
    message,
    code: code ?? type,
    retryAfterMs: readDelayMs(message),
  };
}

function classesOf(
  words: readonly (string | undefined)[],
  ownCodes: ReadonlyMap<string, FailureClass>,
): FailureClass[] {
  return words.flatMap((word) => ownCodes.get(word ?? '') ?? CODE_CLASSES.get(word ?? '') ?? []);
}

interface Signs {
  readonly message: string | undefined;
  readonly classes: readonly FailureClass[];
  readonly status: number;
}

/** Spent money outranks every other sign: it comes as a 429 that also looks like a rate limit. */
function classOf({ message, classes, status }: Signs): FailureClass {
  if (classes.includes('insufficient_quota')) return 'insufficient_quota';
  if (classes[0] !== undefined) return classes[0];
  const statusClass = classOfStatus(status);
  const mayBeContext = statusClass === 'invalid_request' || statusClass === 'server';
  if (mayBeContext && message !== undefined && isContextLengthText(message))
    return 'context_length';
  return statusClass;
}

/** An error inside a success names its status in the body: OpenRouter as `code`, Groq as `status_code`. */
function statusOf(error: JsonRecord, status: number): number {
  if (status >= 300) return status;
  const named = [
    readCount(error, 'status_code'),
    readCount(error, 'status'),
    readCount(error, 'code'),
  ];
  return named.find((value) => value !== undefined && value >= 400 && value < 600) ?? status;
}

/** OpenAI also says it in words: "Please try again in 3.89s". */
function readDelayMs(message: string | undefined): number | undefined {
  const delay = /try again in (\d+(?:\.\d+)?m?s)\b/.exec(message ?? '')?.[1];
  return delay === undefined ? undefined : parseSecondsMs(delay);
}
