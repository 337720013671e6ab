import { STATUS_CODES } from 'node:http';
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from 'fastify';
import { PROBLEMS, type Problem, type ProblemCode, problem } from '../../contracts/http/problem.ts';
import type { Logger } from '../../ports/logger.ts';
import { createHttpMetrics } from '../metrics/http-metrics.ts';

/** A body that does not arrive within this is cut off: the framework's default waits for ever (security.md H02). */
const REQUEST_TIMEOUT_MS = 30_000;

/** Idle keep-alive connections of clients; longer than most load balancers keep theirs. */
const KEEP_ALIVE_MS = 72_000;

/** How an error reaches the client. */
export type SendProblem = (reply: FastifyReply, body: Problem) => FastifyReply;

export interface HttpServerOptions {
  readonly service: string;
  readonly maxBodyBytes: number;
  readonly log: Logger;
  /** Sends the errors of the frame itself; default: problem documents. */
  readonly send?: SendProblem;
  /** True while every broker that the service needs answers. */
  readonly isReady: () => Promise<boolean>;
}

/**
 * The frame of both HTTP services: bodies arrive as bytes (one parser decides, in the route), every error leaves as a
 * problem document with a stable code, and health and metrics are where operators expect them.
 */
export function createHttpServer(options: HttpServerOptions): FastifyInstance {
  const { maxBodyBytes, log, service, send = sendProblem } = options;
  const server = fastify({
    logger: false,
    bodyLimit: maxBodyBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 128 },
    clientErrorHandler: (error, socket) => {
      const code = CLIENT_ERRORS[error.code ?? ''] ?? 'malformed_http';
      if (socket.writable) socket.end(rawProblem(code));
      else socket.destroy();
    },
  });
  server.removeAllContentTypeParsers();
  server.addHook('onRequest', async (request, reply) => {
    // The framework ignores the header: compressed bytes would be judged as JSON, and JSON labelled as gzip would pass.
    const coding = request.headers['content-encoding'] ?? 'identity';
    if (coding.toLowerCase() !== 'identity') return send(reply, problem('unsupported_media_type'));
  });
  server.addContentTypeParser(
    // Matched against the framework's own spelling of the header, which puts every parameter into quotes.
    /^application\/json(; charset="utf-8")?$/i,
    { parseAs: 'buffer' },
    (_request, body, done) => {
      done(null, body);
    },
  );
  server.setErrorHandler((error: FastifyError, request, reply) => {
    const code = errorCode(error);
    if (code === 'internal') {
      log.error({ route: request.routeOptions.url, error: error.stack }, 'a request failed');
    }
    return send(reply, problem(code));
  });
  server.setNotFoundHandler((_request, reply) => send(reply, problem('not_found')));
  const metrics = createHttpMetrics(service);
  server.addHook('onResponse', (request, reply, done) => {
    metrics.observe(request.routeOptions.url ?? 'none', reply.statusCode, reply.elapsedTime);
    done();
  });
  server.get('/healthz', async () => ({ status: 'ok' }));
  server.get('/readyz', async (_request, reply) => {
    const isReady = await options.isReady();
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'not ready' });
  });
  server.get('/metrics', async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.read()),
  );
  return server;
}

/** Sends a problem document, with `Retry-After` where it says when to come back. */
export function sendProblem(reply: FastifyReply, body: Problem): FastifyReply {
  if (body.status === 401) reply.header('www-authenticate', 'Bearer');
  if (body.retryAfterMs !== undefined) {
    reply.header('retry-after', String(Math.ceil(body.retryAfterMs / 1_000)));
  }
  return reply.code(body.status).type('application/problem+json').send(body);
}

const CLIENT_ERRORS: Readonly<Record<string, ProblemCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
  HPE_HEADER_OVERFLOW: 'headers_too_large',
};

const FRAMEWORK_ERRORS: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'invalid_request',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'invalid_json',
};

/** Brokers that do not answer show up as these errors of their clients: expected, and not ours. */
const BROKER_ERROR =
  /LogUnavailableError|MaxRetriesPerRequestError|Command timed out|Stream isn't writeable|Connection is closed/;

function errorCode(error: FastifyError): ProblemCode {
  const known = FRAMEWORK_ERRORS[error.code];
  if (known !== undefined) return known;
  if (BROKER_ERROR.test(`${error.name}: ${error.message}`)) return 'unavailable';
  return error.statusCode === 400 ? 'invalid_request' : 'internal';
}

/** An answer for requests that never became one. */
function rawProblem(code: ProblemCode): string {
  const { status } = PROBLEMS[code];
  const body = JSON.stringify(problem(code));
  return [
    `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}`,
    'content-type: application/problem+json',
    `content-length: ${String(Buffer.byteLength(body))}`,
    'connection: close',
    '',
    body,
  ].join('\r\n');
}
