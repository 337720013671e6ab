import type { ServerResponse } from 'node:http';

/** Proxies cut silent connections after 30 to 60 s. */
const HEARTBEAT_MS = 15_000;

/** A client that takes nothing for this long is cut; it resumes from its last sequence (I14). */
const STALLED_AFTER_MS = 30_000;

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

/** Writes server-sent events to one client and says when it is full. */
export class SseWriter {
  readonly #response: ServerResponse;
  readonly #heartbeat: NodeJS.Timeout;
  #stalled: NodeJS.Timeout | undefined;

  /** `onRoom` is called when a full client has taken what it was sent. */
  constructor(
    response: ServerResponse,
    headers: Readonly<Record<string, string>>,
    onRoom: () => void,
  ) {
    this.#response = response;
    response.writeHead(200, { ...HEADERS, ...headers });
    response.flushHeaders();
    this.#heartbeat = setInterval(() => {
      this.write(': still here\n\n');
    }, HEARTBEAT_MS);
    response.on('drain', () => {
      clearTimeout(this.#stalled);
      this.#stalled = undefined;
      onRoom();
    });
  }

  /** Writes text as it is. False: the client is full. */
  write(text: string): boolean {
    if (this.#response.destroyed || this.#response.writableEnded) return false;
    if (this.#response.write(text)) return true;
    this.#stalled ??= setTimeout(() => this.#response.destroy(), STALLED_AFTER_MS);
    return false;
  }

  end(text = ''): void {
    this.stop();
    if (!this.#response.writableEnded) this.#response.end(text);
  }

  /** The client has gone: nothing is sent any more. */
  stop(): void {
    clearInterval(this.#heartbeat);
    clearTimeout(this.#stalled);
  }
}
