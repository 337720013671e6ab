import type { FastifyInstance } from 'fastify';
import {
  createHttpServer,
  type HttpServerOptions,
} from '../../shared/platform/http/create-http-server.ts';
import { requirePrincipal } from '../../shared/platform/http/principal.ts';
import type { IntakeDependencies } from './dependencies.ts';
import { registerJobRoutes } from './routes/jobs.ts';
import { registerBatchRoute } from './routes/submit-batch.ts';

/** Builds intake's HTTP server from its routes. */
export function createIntakeServer(
  dependencies: IntakeDependencies,
  options: HttpServerOptions,
): FastifyInstance {
  const server = createHttpServer(options);
  server.register(async (scope) => {
    requirePrincipal(scope, dependencies.authenticator);
    registerJobRoutes(scope, dependencies);
    registerBatchRoute(scope, dependencies, options.maxBodyBytes);
  });
  return server;
}
