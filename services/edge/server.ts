import type { FastifyInstance } from 'fastify';
import {
  createHttpServer,
  type HttpServerOptions,
  type SendProblem,
  sendProblem,
} from '../../shared/platform/http/create-http-server.ts';
import { requirePrincipal } from '../../shared/platform/http/principal.ts';
import type { EdgeDependencies } from './dependencies.ts';
import { OpenStreams } from './open-streams.ts';
import { sendOpenaiError } from './openai-error.ts';
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
  const server = createHttpServer({ ...options, send });
  const streams = new OpenStreams();
  // The framework waits for open streams for ever; they must be ended first (infra.md section 5).
  server.addHook('preClose', async () => {
    streams.endAll();
  });
  server.register(async (scope) => {
    requirePrincipal(scope, dependencies.authenticator, send);
    registerChatCompletions(scope, dependencies, streams);
    registerModels(scope, dependencies);
    registerJobEvents(scope, dependencies, streams);
    registerTickets(scope, dependencies);
  });
  registerStreamSocket(server, dependencies, streams);
  return server;
}

/** Clients of the OpenAI endpoint get OpenAI's error object, whoever finds the error. */
const send: SendProblem = (reply, body) =>
  OPENAI_PATHS.test(reply.request.url) ? sendOpenaiError(reply, body) : sendProblem(reply, body);

const OPENAI_PATHS = /^\/v1\/(chat\/completions|models)\b/;
