import { WebSocket } from 'ws';
import { z } from 'zod';
import { type JobEntry, jobEntrySchema } from '../../shared/contracts/events/job-entry.ts';
import type { JobRequest } from '../../shared/contracts/http/job-request.ts';
import type { Door } from './submit-batch.ts';

const CONNECT_TIMEOUT_MS = 5_000;

const frameSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('accepted'), ref: z.string(), jobId: z.string() }),
  z.object({ type: z.literal('event'), jobId: z.string(), event: jobEntrySchema }),
  z.object({ type: z.literal('error'), problem: z.object({ title: z.string() }) }),
]);

/** One job on one WebSocket: submits it and keeps what comes. */
export class StreamClient {
  readonly #socket: WebSocket;
  readonly #events: JobEntry[] = [];
  readonly #onEvent: (event: JobEntry) => void;
  #jobId: string | undefined;
  #failure: string | undefined;
  #lastEventAt = performance.now();
  #longestGapMs = 0;

  constructor({ url, apiKey }: Door, job: JobRequest, onEvent: (event: JobEntry) => void) {
    this.#onEvent = onEvent;
    this.#socket = new WebSocket(`${url.replace(/^http/, 'ws')}/v1/stream`, {
      headers: { authorization: `Bearer ${apiKey}` },
      handshakeTimeout: CONNECT_TIMEOUT_MS,
    });
    this.#socket.on('open', () => {
      this.#socket.send(JSON.stringify({ type: 'submit', ref: 'demo', job }));
    });
    this.#socket.on('message', (bytes: Buffer) => this.#take(bytes.toString()));
    this.#socket.on('error', (error) => {
      this.#failure ??= `the WebSocket failed: ${error.message}`;
    });
    this.#socket.on('close', (code) => {
      this.#failure ??= `the WebSocket was closed with code ${String(code)}`;
    });
  }

  get events(): readonly JobEntry[] {
    return this.#events;
  }

  /** Known once the job is accepted. */
  get jobId(): string | undefined {
    return this.#jobId;
  }

  get isEnded(): boolean {
    return this.#events.at(-1)?.type === 'terminal';
  }

  /** Why nothing more will come, in words; undefined while the socket lives or after the whole answer. */
  get failure(): string | undefined {
    return this.isEnded ? undefined : this.#failure;
  }

  /** The longest pause between two deltas so far, ms. */
  get longestGapMs(): number {
    return this.#longestGapMs;
  }

  close(): void {
    this.#socket.close();
  }

  #take(text: string): void {
    const frame = frameSchema.parse(JSON.parse(text));
    switch (frame.type) {
      case 'accepted':
        this.#jobId = frame.jobId;
        return;
      case 'error':
        this.#failure = `the edge refused: ${frame.problem.title}`;
        return;
      case 'event': {
        const now = performance.now();
        if (frame.event.type === 'delta' && this.#events.at(-1)?.type === 'delta') {
          this.#longestGapMs = Math.max(this.#longestGapMs, now - this.#lastEventAt);
        }
        this.#lastEventAt = now;
        this.#events.push(frame.event);
        this.#onEvent(frame.event);
      }
    }
  }
}
