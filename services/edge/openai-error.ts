import type { FastifyReply } from 'fastify';
import type { TerminalEntry } from '../../shared/contracts/events/job-entry.ts';
import { type Problem, type ProblemCode, problem } from '../../shared/contracts/http/problem.ts';
import type { FailureClass } from '../../shared/core/failure.ts';

/** OpenAI's error object, with our stable code. */
export function toOpenaiError(body: Problem): object {
  return {
    error: {
      message: body.detail === undefined ? body.title : `${body.title}: ${body.detail}`,
      type: errorType(body.status),
      param: null,
      code: body.code,
      ...(body.jobId === undefined ? {} : { job_id: body.jobId }),
    },
  };
}

/**
 * Sends a problem the way OpenAI's SDKs expect it. Retrying is our router's business: a client's own retries on top would
 * multiply the calls, so it is told not to, except where nothing was kept.
 */
export function sendOpenaiError(reply: FastifyReply, body: Problem): FastifyReply {
  if (body.jobId !== undefined) reply.header('x-switchyard-job-id', body.jobId);
  if (body.status === 401) reply.header('www-authenticate', 'Bearer');
  if (body.retryAfterMs !== undefined) {
    reply.header('retry-after', String(Math.ceil(body.retryAfterMs / 1_000)));
  }
  return reply
    .code(body.status === 422 ? 400 : body.status)
    .header('x-should-retry', String(NOTHING_KEPT.has(body.code) && body.jobId === undefined))
    .send(toOpenaiError(body));
}

/** Asking again, after `Retry-After` where it is given, is the cure. A budget that is used up is not cured by asking. */
const NOTHING_KEPT: ReadonlySet<ProblemCode> = new Set(['unavailable', 'overloaded', 'key_limit']);

/** What a client is told about a job that did not complete: the cause as a code, never a provider's raw error. */
export function problemOfTerminal(jobId: string, terminal: TerminalEntry): Problem {
  const { failure } = terminal;
  const code = failure === undefined ? 'job_failed' : CODES[failure.class];
  const retryAfterMs = failure?.retryAfterMs;
  return problem(code, failure?.message, {
    jobId,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

const CODES: Record<FailureClass, ProblemCode> = {
  rate_limit: 'job_rate_limited',
  insufficient_quota: 'job_rate_limited',
  overloaded: 'job_failed',
  server: 'job_failed',
  timeout: 'job_failed',
  auth: 'job_failed',
  not_found: 'job_failed',
  poison: 'job_failed',
  context_length: 'context_length',
  content_filter: 'content_filter',
  invalid_request: 'provider_rejected',
  deadline: 'job_expired',
  cancelled: 'job_cancelled',
  no_candidate: 'no_candidate',
  budget: 'job_failed',
  policy: 'job_failed',
};

function errorType(status: number): string {
  if (status === 402) return 'insufficient_quota';
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}
