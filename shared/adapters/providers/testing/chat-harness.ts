import type { ServerResponse } from 'node:http';
import type { CallOutcome, Provider } from '../../../ports/provider.ts';
import { createProvider } from '../registry.ts';
import { providerCall, providerConfig } from './fixtures.ts';
import { type LoopbackServer, startLoopbackServer } from './loopback-server.ts';
import { RecordingSink } from './recording-sink.ts';

/** Longer than any test runs, milliseconds: a limit that is not under test. */
const LONG_MS = 5_000;

/** The end marker. */
export const DONE = 'data: [DONE]\n\n';

export interface ChatCallOptions {
  readonly stream?: boolean;
  readonly timeouts?: Partial<Record<'connectMs' | 'ttftMs' | 'idleMs' | 'totalMs', number>>;
  readonly concurrency?: number;
}

/** A chat server on this machine, the adapter that calls it, and a sink, for tests of the transport. */
export class ChatHarness {
  readonly sink = new RecordingSink();
  readonly stop = new AbortController();
  readonly server: LoopbackServer;
  /** What the server does with a request. */
  answer: (response: ServerResponse) => void = (response) => response.end();
  #provider: Provider | undefined;

  constructor(server: LoopbackServer) {
    this.server = server;
  }

  static async start(): Promise<ChatHarness> {
    const server = await startLoopbackServer((_request, response) => harness.answer(response));
    const harness = new ChatHarness(server);
    return harness;
  }

  /** The first call decides the limits. */
  call(options: ChatCallOptions = {}): Promise<CallOutcome> {
    this.#provider ??= this.#open(options);
    return this.#provider.call(providerCall({}, options.stream), this.sink, this.stop.signal);
  }

  async close(): Promise<void> {
    await this.#provider?.close();
    await this.server.close();
  }

  #open({ timeouts, concurrency }: ChatCallOptions): Provider {
    const config = providerConfig({
      baseUrl: this.server.origin,
      limits: concurrency === undefined ? {} : { concurrency },
      timeouts: {
        connectMs: LONG_MS,
        ttftMs: LONG_MS,
        idleMs: LONG_MS,
        totalMs: LONG_MS,
        ...timeouts,
      },
    });
    const provider = createProvider({ config });
    if (provider === undefined) throw new Error('no adapter');
    return provider;
  }
}

/** The words of a failure; the kind of any other outcome. */
export function failureMessage(outcome: CallOutcome): string {
  return outcome.kind === 'failed' ? outcome.failure.message : outcome.kind;
}

/** A chunk with text. */
export function text(content: string): string {
  return `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`;
}

/** The chunk with the finish reason. */
export function finish(): string {
  return `data: ${JSON.stringify({ choices: [{ delta: {}, finish_reason: 'stop' }] })}\n\n`;
}

export function sendEvents(response: ServerResponse, body: string | Uint8Array): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).end(body);
}

/** Sends and leaves the body open. */
export function sendEventsOpen(response: ServerResponse, body: string): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).write(body);
}

/** Sends the same again and again until the client is gone. */
export function sendForever(response: ServerResponse, body: string): void {
  const timer = setInterval(() => response.write(body), 10);
  response.on('close', () => clearInterval(timer));
}
