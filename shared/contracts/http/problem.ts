import { z } from 'zod';

/**
 * Every error code that a client may see, with its HTTP status and title. Codes are stable: clients switch on them.
 * Status and title belong to the code, so that one code never means two things.
 */
export const PROBLEMS = {
  malformed_http: { status: 400, title: 'The request is not proper HTTP' },
  invalid_json: { status: 400, title: 'The body is not one valid JSON value' },
  duplicate_key: { status: 400, title: 'A JSON object names the same key twice' },
  too_deep: { status: 422, title: 'The JSON is nested too deeply' },
  invalid_request: { status: 422, title: 'The request does not fit the schema' },
  unsupported_parameter: { status: 422, title: 'A parameter is not supported' },
  invalid_idempotency_key: { status: 400, title: 'The Idempotency-Key header is malformed' },
  idempotency_mismatch: { status: 422, title: 'The idempotency key was used with another body' },
  unauthorized: { status: 401, title: 'A valid API key is required' },
  not_found: { status: 404, title: 'Nothing is here' },
  method_not_allowed: { status: 405, title: 'The method is not allowed here' },
  unsupported_media_type: { status: 415, title: 'The body must be uncompressed application/json' },
  body_too_large: { status: 413, title: 'The body is larger than the limit' },
  headers_too_large: { status: 431, title: 'The headers are larger than the limit' },
  request_timeout: { status: 408, title: 'The request did not arrive in time' },
  invalid_cursor: { status: 422, title: 'The cursor is not one of this job' },
  log_expired: { status: 410, title: 'The job is known, its log is no longer kept' },
  unknown_model: { status: 404, title: 'No such model, alias, group or deployment' },
  job_failed: { status: 502, title: 'The job failed' },
  job_rate_limited: { status: 429, title: 'The providers refuse more requests now' },
  job_cancelled: { status: 499, title: 'The job was cancelled' },
  job_expired: { status: 504, title: 'The job missed its deadline' },
  no_candidate: { status: 422, title: 'No deployment can serve this request' },
  content_filter: { status: 422, title: 'The provider refused the content' },
  context_length: { status: 422, title: 'The request is longer than the model allows' },
  provider_rejected: { status: 422, title: 'The provider refused the request' },
  slow_consumer: {
    status: 503,
    title: 'The client reads too slowly; resume from the last sequence',
  },
  key_limit: { status: 429, title: 'The API key asks for more than it may' },
  budget_exceeded: { status: 402, title: 'The budget does not cover the job' },
  overloaded: { status: 503, title: 'More jobs are open than the system takes' },
  too_many_requests: { status: 429, title: 'Too many requests' },
  unavailable: { status: 503, title: 'A part that the request needs does not answer' },
  internal: { status: 500, title: 'An error of ours' },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

/** An RFC 9457 problem document with our stable `code`. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string | undefined;
  readonly code: ProblemCode;
  readonly jobId?: string | undefined;
  readonly retryAfterMs?: number | undefined;
}

export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string().optional(),
  code: z.string().transform((code, context): ProblemCode => {
    if (isProblemCode(code)) return code;
    context.addIssue('not a code of ours');
    return z.NEVER;
  }),
  jobId: z.string().optional(),
  retryAfterMs: z.number().optional(),
});

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(PROBLEMS, code);
}

/** Builds the document of a code; `detail` says what is wrong with this request, without echoing its values. */
export function problem(
  code: ProblemCode,
  detail?: string,
  extra: Pick<Problem, 'jobId' | 'retryAfterMs'> = {},
): Problem {
  const { status, title } = PROBLEMS[code];
  return {
    type: `urn:switchyard:problem:${code}`,
    title,
    status,
    ...(detail === undefined ? {} : { detail }),
    code,
    ...extra,
  };
}

/** Says which field a schema refused, and why: paths and expectations only, never the value. */
export function problemFromZod(error: z.ZodError): Problem {
  const lines = error.issues.slice(0, 5).map((issue) => {
    const path = issue.path.map(String).join('.');
    return path === '' ? issue.message : `${path}: ${issue.message}`;
  });
  return problem('invalid_request', lines.join('; '));
}
