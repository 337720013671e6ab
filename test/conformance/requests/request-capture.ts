import { createServer, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';

/** A request as it came over the wire. */
export interface CapturedRequest {
  readonly method: string | undefined;
  /** With its query. */
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

export interface CaptureServer {
  readonly origin: string;
  /** The one request that `send` makes. What became of it does not matter: the server refuses every request. */
  capture(send: () => Promise<unknown>): Promise<CapturedRequest>;
  close(): Promise<void>;
}

/** A server on this machine that writes down what it is sent. */
export async function startCaptureServer(): Promise<CaptureServer> {
  let seen: CapturedRequest[] = [];
  const server = createServer((request, response) => {
    const { method, url: path, headers } = request;
    const answer = (body: string): void => {
      seen.push({ method, path, headers, body: JSON.parse(body) });
      // No client tries again after this status.
      response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":{}}');
    };
    text(request).then(answer, (error: unknown) => response.destroy(asError(error)));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    capture: async (send) => {
      seen = [];
      const [sent] = await Promise.allSettled([send()]);
      const [request, ...others] = seen;
      if (request === undefined) throw new Error('no request was sent', { cause: sent });
      if (others.length > 0) throw new Error('more than one request was sent');
      return request;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
