import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { problem } from '../../../shared/contracts/http/problem.ts';
import { sendProblem } from '../../../shared/platform/http/create-http-server.ts';
import { principalOf } from '../../../shared/platform/http/principal.ts';
import type { Principal } from '../../../shared/ports/api-key-store.ts';
import type { IntakeDependencies } from '../dependencies.ts';
import { readJobRequest } from '../read-job-request.ts';
import { LineTooLongError, readLines } from '../read-lines.ts';
import { submitJob } from '../submit-job.ts';
import { linksOf } from './jobs.ts';

/** Lines judged at once. Verdicts keep the order of the lines, so one slow line holds back at most this many. */
const LINES_AT_ONCE = 64;

/** A batch may take long to arrive: it is bounded by its lines, not by the usual body size or time. */
const MAX_BATCH_BYTES = 4 * 1_073_741_824;

interface BatchLine {
  readonly principal: Principal;
  readonly line: number;
  readonly bytes: Uint8Array;
  readonly idempotencyKey: string | undefined;
}

/** `POST /v1/jobs/batch`: a job request a line in, a verdict a line out, as they are judged, in the same order. */
export function registerBatchRoute(
  server: FastifyInstance,
  dependencies: IntakeDependencies,
  maxLineBytes: number,
): void {
  server.addContentTypeParser(
    /^application\/(x-)?ndjson(\s*;.*)?$/i,
    { bodyLimit: MAX_BATCH_BYTES },
    (_request, payload, done) => {
      done(null, payload);
    },
  );
  server.post('/v1/jobs/batch', { bodyLimit: MAX_BATCH_BYTES }, async (request, reply) => {
    const principal = principalOf(request);
    const { body } = request;
    if (!(body instanceof Readable)) return sendProblem(reply, problem('unsupported_media_type'));
    const key = request.headers['idempotency-key'];
    const idempotencyKey = Array.isArray(key) ? key.join(',') : key;
    const lines = readLines(body, maxLineBytes);
    const verdicts = judgeLines(lines, (bytes, line) =>
      judgeLine(dependencies, { principal, line, bytes, idempotencyKey }),
    );
    return reply.type('application/x-ndjson').send(Readable.from(verdicts));
  });
}

/** Keeps up to LINES_AT_ONCE verdicts under way and gives them out in order; reads no faster than they are taken. */
async function* judgeLines(
  lines: AsyncIterable<Uint8Array>,
  judge: (bytes: Uint8Array, line: number) => Promise<object>,
): AsyncGenerator<string> {
  const underWay: Promise<object>[] = [];
  let line = 0;
  try {
    for await (const bytes of lines) {
      line += 1;
      if (bytes.length === 0) continue;
      underWay.push(judge(bytes, line));
      if (underWay.length >= LINES_AT_ONCE) yield encode(await underWay.shift());
    }
  } catch (error: unknown) {
    if (!(error instanceof LineTooLongError)) throw error;
    underWay.push(Promise.resolve({ line: line + 1, problem: problem('body_too_large') }));
  }
  for (const verdict of underWay) yield encode(await verdict);
}

async function judgeLine(
  dependencies: IntakeDependencies,
  { principal, line, bytes, idempotencyKey }: BatchLine,
): Promise<object> {
  const job = readJobRequest(bytes);
  if (!job.ok) return { line, problem: job.error };
  const submitted = await submitJob(dependencies, {
    principal,
    request: job.value,
    idempotencyKey: idempotencyKey === undefined ? undefined : `${idempotencyKey}.${String(line)}`,
  }).catch(() => undefined);
  if (submitted === undefined) return { line, problem: problem('unavailable') };
  if (!submitted.ok) return { line, problem: submitted.error };
  const { jobId } = submitted.value;
  return { line, jobId, status: 'queued', links: linksOf(jobId) };
}

function encode(verdict: object | undefined): string {
  return `${JSON.stringify(verdict)}\n`;
}
