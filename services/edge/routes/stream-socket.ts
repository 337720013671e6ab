import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { type WebSocket, WebSocketServer } from 'ws';
import { type ProblemCode, problem } from '../../../shared/contracts/http/problem.ts';
import { digestSecret, MAX_KEY_LENGTH } from '../../../shared/platform/auth/api-key.ts';
import type { Principal } from '../../../shared/ports/api-key-store.ts';
import type { EdgeDependencies } from '../dependencies.ts';
import type { OpenStreams } from '../open-streams.ts';
import { SocketSession } from '../socket-session.ts';

/** Larger frames are refused from their header alone, before they are buffered. */
const MAX_FRAME_BYTES = 1_048_576;

/** Pieces of one message; the library's default lets one client pin megabytes (security.md 2.8). */
const MAX_FRAGMENTS = 32;

const PATH = '/v1/stream';

/** "Service restart": the client comes back and resumes. */
const CLOSE_RESTART = 1012;
const CLOSE_GRACE_MS = 1_000;

/** `GET /v1/stream`: the WebSocket. Answers ordinary HTTP errors until the client is known. */
export function registerStreamSocket(
  server: FastifyInstance,
  dependencies: EdgeDependencies,
  streams: OpenStreams,
): void {
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_FRAME_BYTES,
    maxFragments: MAX_FRAGMENTS,
  });
  server.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.once('error', () => socket.destroy());
    const url = new URL(request.url ?? '/', 'http://edge');
    if (url.pathname !== PATH) {
      refuse(socket, 'not_found');
      return;
    }
    authenticate(dependencies, request, url).then(
      (principal) => {
        if (principal === undefined) {
          refuse(socket, 'unauthorized');
          return;
        }
        sockets.handleUpgrade(request, socket, head, (client) => {
          const forget = streams.add(() => sendAway(client));
          client.once('close', forget);
          client.on('error', () => client.terminate());
          new SocketSession(dependencies, principal, client);
        });
      },
      () => refuse(socket, 'unavailable'),
    );
  });
}

/** A client that does not answer the close in time is cut: a drain waits for nobody. */
function sendAway(client: WebSocket): void {
  client.close(CLOSE_RESTART, 'restarting');
  const timer = setTimeout(() => client.terminate(), CLOSE_GRACE_MS);
  client.once('close', () => clearTimeout(timer));
}

async function authenticate(
  { authenticator, keys }: EdgeDependencies,
  request: IncomingMessage,
  url: URL,
): Promise<Principal | undefined> {
  const ticket = url.searchParams.get('ticket');
  if (ticket === null) return authenticator.authenticate(request.headers.authorization);
  return ticket.length > MAX_KEY_LENGTH ? undefined : keys.takeTicket(digestSecret(ticket));
}

function refuse(socket: Duplex, code: ProblemCode): void {
  const body = problem(code);
  const text = JSON.stringify(body);
  socket.end(
    [
      `HTTP/1.1 ${String(body.status)} ${STATUS_CODES[body.status] ?? ''}`,
      'content-type: application/problem+json',
      `content-length: ${String(Buffer.byteLength(text))}`,
      'connection: close',
      '',
      text,
    ].join('\r\n'),
  );
}
