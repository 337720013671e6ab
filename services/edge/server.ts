import type { FastifyInstance } from 'fastify';
import {
  createHttpServer,
  type HttpServerOptions,
} from '../../shared/platform/http/create-http-server.ts';
import { requirePrincipal } from '../../shared/platform/http/principal.ts';
import type { EdgeDependencies } from './dependencies.ts';
import { OpenStreams } from './open-streams.ts';
import { registerChatCompletions } from './routes/chat-completions.ts';
import { registerJobEvents } from './routes/job-events.ts';
import { registerModels } from './routes/models.ts';
import { registerStreamSocket } from './routes/stream-socket.ts';
import { registerTickets } from './routes/tickets.ts';

/** Builds the edge's HTTP server from its routes. Closing it tells every open stream to come back elsewhere. */
export function createEdgeServer(
  dependencies: EdgeDependencies,
  options: HttpServerOptions,
): FastifyInstance {
  const server = createHttpServer(options);
  const streams = new OpenStreams();
  // The framework waits for open streams for ever; they must be ended first (infra.md section 5).
  server.addHook('preClose', async () => {
    streams.endAll();
  });
  server.register(async (scope) => {
    requirePrincipal(scope, dependencies.authenticator);
    registerChatCompletions(scope, dependencies, streams);
    registerModels(scope, dependencies);
    registerJobEvents(scope, dependencies, streams);
    registerTickets(scope, dependencies);
  });
  registerStreamSocket(server, dependencies, streams);
  return server;
}
