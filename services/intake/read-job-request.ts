import { type JobRequest, jobRequestSchema } from '../../shared/contracts/http/job-request.ts';
import { type Problem, problem, problemFromZod } from '../../shared/contracts/http/problem.ts';
import { err, ok, type Result } from '../../shared/core/result.ts';
import { parseStrictJson } from '../../shared/platform/http/parse-strict-json.ts';

/** Reads a job request from a body as it came. The error says which field is wrong and why, never what it held. */
export function readJobRequest(body: unknown): Result<JobRequest, Problem> {
  if (!(body instanceof Uint8Array)) return err(problem('invalid_json', 'the body is empty'));
  const json = parseStrictJson(body);
  if (!json.ok) return json;
  const parsed = jobRequestSchema.safeParse(json.value);
  return parsed.success ? ok(parsed.data) : err(problemFromZod(parsed.error));
}
