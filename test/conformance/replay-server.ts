import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

/** What a call gets, piece by piece. */
export interface Replay {
  readonly status: number;
  readonly contentType: string;
  /** One piece: sent with its length, like a document. More: each is a chunk of its own. */
  readonly pieces: readonly Uint8Array[];
}

export interface ReplayServer {
  readonly origin: string;
  /** Calls that named nothing that is replayed here. */
  readonly strays: readonly string[];
  close(): Promise<void>;
}

/** Base URLs below this path name the replay themselves: `<origin>/case/<key>/…`. */
export const CASE_PATH = '/case/';

const bodySchema = z.object({ model: z.string().optional() });

/**
 * Providers that say what was recorded: a call gets the replay that its path or else its model names. No name is looked
 * into, so any will do.
 */
export async function startReplayServer(
  replays: ReadonlyMap<string, Replay>,
): Promise<ReplayServer> {
  const strays: string[] = [];
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const key = keyOf(request.url ?? '', await text(request));
    const replay = replays.get(key);
    if (replay !== undefined) {
      send(response, replay);
      return;
    }
    strays.push(`${request.url ?? ''} ${key}`);
    response.writeHead(418).end();
  };
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      strays.push(String(error));
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    origin: `http://127.0.0.1:${String(address.port)}`,
    strays,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Google's APIs name the model in the path, all others in the body. */
function keyOf(path: string, body: string): string {
  const ofCase = new RegExp(`^${CASE_PATH}([^/]+)/`).exec(path)?.[1];
  if (ofCase !== undefined) return ofCase;
  const inPath = /\/models\/([^/:]+):/.exec(path)?.[1];
  if (inPath !== undefined) return decodeURIComponent(inPath);
  return bodySchema.parse(JSON.parse(body)).model ?? '';
}

/**
 * The chunks go to the socket as they have to look on the wire: a receiver sees each of them by itself, however TCP joins
 * them, and half a million of them cost nothing here.
 */
function send(response: ServerResponse, { status, contentType, pieces }: Replay): void {
  const [only, ...more] = pieces;
  if (only === undefined || more.length === 0) {
    response.writeHead(status, { 'content-type': contentType }).end(only);
    return;
  }
  response.writeHead(status, {
    'content-type': contentType,
    'transfer-encoding': 'chunked',
    connection: 'close',
  });
  response.flushHeaders();
  const chunks = pieces.flatMap((piece) => [`${piece.length.toString(16)}\r\n`, piece, '\r\n']);
  const wire = Buffer.concat([...chunks, '0\r\n\r\n'].map((part) => Buffer.from(part)));
  response.socket?.end(wire);
}
