import type { FastifyInstance } from 'fastify';
import { listQuerySchema } from '../../../shared/contracts/http/list-query.ts';
import { problem, problemFromZod } from '../../../shared/contracts/http/problem.ts';
import { isSafeId, type JobRef } from '../../../shared/core/ids.ts';
import { sendProblem } from '../../../shared/platform/http/create-http-server.ts';
import { principalOf } from '../../../shared/platform/http/principal.ts';
import { cancelJob } from '../cancel-job.ts';
import type { IntakeDependencies } from '../dependencies.ts';
import { readJobRequest } from '../read-job-request.ts';
import { submitJob } from '../submit-job.ts';
import { viewJob } from '../view-job.ts';

/** `/v1/jobs`: submit, list, get, cancel. */
export function registerJobRoutes(server: FastifyInstance, dependencies: IntakeDependencies): void {
  const { store, log } = dependencies;

  server.post('/v1/jobs', async (request, reply) => {
    const job = readJobRequest(request.body);
    if (!job.ok) return sendProblem(reply, job.error);
    const key = request.headers['idempotency-key'];
    const submitted = await submitJob(dependencies, {
      principal: principalOf(request),
      request: job.value,
      idempotencyKey: Array.isArray(key) ? key.join(',') : key,
    });
    if (!submitted.ok) return sendProblem(reply, submitted.error);
    const { jobId, replayed } = submitted.value;
    if (replayed) reply.header('idempotency-replayed', 'true');
    return reply.code(202).send({ jobId, status: 'queued', links: linksOf(jobId) });
  });

  server.get('/v1/jobs', async (request, reply) => {
    const query = listQuerySchema.safeParse(request.query);
    if (!query.success) return sendProblem(reply, problemFromZod(query.error));
    const { limit, cursor } = query.data;
    const { tenantId } = principalOf(request);
    return store.list(tenantId, { limit, ...(cursor === undefined ? {} : { cursor }) });
  });

  server.get<{ Params: { id: string } }>('/v1/jobs/:id', async (request, reply) => {
    const ref = refOf(principalOf(request).tenantId, request.params.id);
    const view = ref === undefined ? undefined : await viewJob(store, log, ref);
    return view ?? sendProblem(reply, problem('not_found'));
  });

  server.delete<{ Params: { id: string } }>('/v1/jobs/:id', async (request, reply) => {
    const ref = refOf(principalOf(request).tenantId, request.params.id);
    if (ref === undefined) return sendProblem(reply, problem('not_found'));
    const cancelled = await cancelJob(dependencies, ref);
    if (!cancelled.ok) return sendProblem(reply, cancelled.error);
    const view = await viewJob(store, log, ref);
    return view ?? sendProblem(reply, problem('not_found'));
  });
}

export function linksOf(jobId: string) {
  return { job: `/v1/jobs/${jobId}`, events: `/v1/jobs/${jobId}/events` };
}

/** Undefined for an id that we cannot have made: it is as unknown as any other. */
function refOf(tenantId: string, jobId: string): JobRef | undefined {
  return isSafeId(jobId) ? { tenantId, jobId } : undefined;
}
