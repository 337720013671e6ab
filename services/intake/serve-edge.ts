import { problem } from '../../shared/contracts/http/problem.ts';
import type { CancelReply, SubmitReply } from '../../shared/contracts/rpc/intake-rpc.ts';
import type { JobRef } from '../../shared/core/ids.ts';
import { parseStrictJson } from '../../shared/platform/http/parse-strict-json.ts';
import type { Submission } from '../../shared/ports/intake-client.ts';
import { type CancelDependencies, cancelJob } from './cancel-job.ts';
import { readOpenaiRequest } from './openai-door.ts';
import { readJobRequest } from './read-job-request.ts';
import { type SubmitDependencies, submitJob } from './submit-job.ts';

/** Answers an edge's submission: the client's body goes through the door that it came to. */
export async function submitFromEdge(
  dependencies: SubmitDependencies,
  submission: Submission,
): Promise<SubmitReply> {
  const read = readBody(submission);
  if (!read.ok) return { ok: false, problem: read.error };
  const { request, stream, includeUsage } = read.value;
  const submitted = await submitJob(dependencies, {
    principal: submission.principal,
    request,
    idempotencyKey: submission.idempotencyKey,
    jobId: submission.jobId,
  });
  if (!submitted.ok) return { ok: false, problem: submitted.error };
  return { ok: true, ...submitted.value, stream, includeUsage };
}

export async function cancelFromEdge(
  dependencies: CancelDependencies,
  ref: JobRef,
): Promise<CancelReply> {
  const cancelled = await cancelJob(dependencies, ref);
  return cancelled.ok ? { ok: true } : { ok: false, problem: cancelled.error };
}

function readBody({ door, body, options }: Submission): ReturnType<typeof readOpenaiRequest> {
  if (body.length === 0) {
    return { ok: false, error: problem('invalid_json', 'the body is empty') };
  }
  if (door === 'openai') {
    const json = parseStrictJson(body);
    return json.ok ? readOpenaiRequest(json.value, options) : json;
  }
  const job = readJobRequest(body);
  if (!job.ok) return job;
  return { ok: true, value: { request: job.value, stream: true, includeUsage: false } };
}
