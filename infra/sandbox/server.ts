import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { CallRecord, type CallStats, type SandboxCall } from './calls.ts';
import { openaiFormat } from './chat/openai.ts';
import { answerControl, sendJson } from './control.ts';
import { type Fault, FaultChooser } from './faults.ts';
import { type RoutedRequest, routeRequest } from './routes.ts';
import { sendError, serveCall } from './serve-call.ts';
import { changeSettings, type SandboxSettings } from './settings.ts';

/** As the strictest of the real edges. */
const MAX_BODY_BYTES = 32 * 1_024 * 1_024;
const MAX_CONNECTIONS = 10_000;
/** Longer than any client keeps an idle connection, so that we never close one that is about to be used. */
const KEEP_ALIVE_MS = 120_000;

/** Names shown by the model list; any other name is answered as well. */
const LISTED_MODELS = ['gpt-6-luna', 'gpt-6.1-terra', 'gpt-6.1-sol'] as const;

export interface SandboxOptions extends SandboxSettings {
  /** 0 or absent: a free one. Always loopback. */
  readonly port?: number | undefined;
}

export interface Sandbox {
  /** Without a slash at its end; the providers' paths (routes.ts) go behind it. */
  readonly url: string;
  readonly port: number;
  /** Oldest first, the last 20,000. */
  calls(): SandboxCall[];
  stats(): CallStats;
  /** Replaces the faults that hold for all requests. */
  setFaults(faults: readonly Fault[]): void;
  change(changes: SandboxSettings): void;
  /** Brings back the settings of the start; forgets ended calls, totals and counted faults. */
  reset(): void;
  /** Cuts every connection that is still open. */
  close(): Promise<void>;
}

/**
 * Starts a stand-in for the providers: it speaks their wire formats and calls no model. Every response carries
 * `x-switchyard-sandbox: true`. Pace and faults: settings.ts, and directives in a prompt (directive.ts).
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port: wantedPort = 0, ...startSettings } = options;
  const calls = new CallRecord();
  const faults = new FaultChooser();
  let settings: SandboxSettings = startSettings;
  const target = {
    calls,
    settings: () => settings,
    change: (changes: SandboxSettings) => {
      settings = changeSettings(settings, changes);
    },
    reset: () => {
      settings = startSettings;
      calls.reset();
      faults.forget();
    },
  };

  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0 },
    (request, response) => {
      response.setHeader('x-switchyard-sandbox', 'true');
      receive(request, response, (body) => {
        const url = URL.parse(request.url ?? '/', 'http://127.0.0.1');
        const method = request.method ?? 'GET';
        if (url === null) sendJson(response, 400, { error: 'the path is not a URL' });
        else if (url.pathname.startsWith('/control'))
          answerControl(target, { method, url, body, response });
        else
          answerProvider({
            method,
            url,
            headers: request.headers,
            body,
            response,
            settings,
            calls,
            faults,
          });
      });
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  const port = await listen(server, wantedPort);

  return {
    ...target,
    url: `http://127.0.0.1:${port}`,
    port,
    calls: () => calls.list(),
    stats: () => calls.stats(),
    setFaults: (list) => target.change({ faults: [...list] }),
    close: () => close(server),
  };
}

/** Reads the body and hands on the JSON value, or undefined where there is none or it is broken. */
function receive(
  request: IncomingMessage,
  response: ServerResponse,
  next: (body: unknown) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  });
  request.on('error', () => response.destroy());
  request.on('end', () => {
    if (size > MAX_BODY_BYTES)
      sendJson(response, 413, { error: 'the request is larger than 32 MiB' });
    else next(parseJson(Buffer.concat(chunks).toString()));
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error: unknown) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

interface ProviderExchange {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
  readonly response: ServerResponse;
  readonly settings: SandboxSettings;
  readonly calls: CallRecord;
  readonly faults: FaultChooser;
}

function answerProvider(exchange: ProviderExchange): void {
  const { method, url, response } = exchange;
  const routed = method === 'POST' ? routeRequest(exchange) : undefined;
  if (method === 'GET' && url.pathname === '/openai/v1/models') {
    const models = LISTED_MODELS.map((id) => ({
      id,
      object: 'model',
      created: 0,
      owned_by: 'switchyard-sandbox',
    }));
    sendJson(response, 200, { object: 'list', data: models });
  } else if (routed !== undefined) {
    answerRouted(exchange, routed);
  } else {
    sendError(response, openaiFormat, {
      status: 404,
      message: `[sandbox] no such path: ${method} ${url.pathname}`,
    });
  }
}

function answerRouted(exchange: ProviderExchange, { format, parsed }: RoutedRequest): void {
  if (parsed.ok) {
    serveCall({ ...exchange, format: parsed.format ?? format, request: parsed.value });
  } else {
    const { message, status = 400, ...more } = parsed.refusal;
    sendError(exchange.response, format, { status, message: `[sandbox] ${message}`, ...more });
  }
}

async function listen(server: Server, wantedPort: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: wantedPort }, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('the sandbox listens on no port');
  return address.port;
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
  });
  server.closeAllConnections();
  await closed;
}
