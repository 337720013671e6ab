import type { FastifyInstance } from 'fastify';
import { cursorSchema } from '../../../shared/contracts/http/cursor.ts';
import { problemFromZod } from '../../../shared/contracts/http/problem.ts';
import { sendProblem } from '../../../shared/platform/http/create-http-server.ts';
import { principalOf } from '../../../shared/platform/http/principal.ts';
import type { EdgeDependencies } from '../dependencies.ts';
import { JobReader } from '../job-reader.ts';
import { openCursor } from '../open-cursor.ts';
import type { OpenStreams } from '../open-streams.ts';
import { SseWriter } from '../sse-writer.ts';
import { whenClosed } from '../when-closed.ts';

/** How soon a browser comes back by itself after a drain, ms. */
const RETRY_MS = 500;

/** `GET /v1/jobs/:id/events`: the job's log as server-sent events; `Last-Event-ID` or `?after=` resumes. */
export function registerJobEvents(
  server: FastifyInstance,
  dependencies: EdgeDependencies,
  streams: OpenStreams,
): void {
  server.get<{ Params: { id: string }; Querystring: { after?: string } }>(
    '/v1/jobs/:id/events',
    async (request, reply) => {
      const { log, tail } = dependencies;
      const after = cursorSchema.safeParse(request.headers['last-event-id'] ?? request.query.after);
      if (!after.success) return sendProblem(reply, problemFromZod(after.error));
      const { tenantId } = principalOf(request);
      const opened = await openCursor(
        dependencies,
        { tenantId, jobId: request.params.id },
        after.data,
      );
      if (!opened.ok) return sendProblem(reply, opened.error);
      const { ref, afterSeq, fromSequence, isAtEnd } = opened.value;
      reply.hijack();
      const writer = new SseWriter(reply.raw, {}, () => reader.resume());
      const reader = new JobReader({
        log,
        tail,
        ref,
        afterSeq,
        fromSequence,
        sink: {
          write: ({ entry, json }) =>
            writer.write(`id: ${String(entry.seq)}\nevent: ${entry.type}\ndata: ${json}\n\n`),
          end: () => writer.end(),
        },
      });
      const forget = streams.add(() => writer.end(`retry: ${String(RETRY_MS)}\n\n`));
      if (isAtEnd) writer.end();
      else reader.replay();
      whenClosed(reply, () => {
        forget();
        writer.stop();
        reader.close();
      });
      return reply;
    },
  );
}
