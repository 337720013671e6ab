import { once } from 'node:events';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { jobEntrySchema } from '../../shared/contracts/events/job-entry.ts';
import { problemSchema } from '../../shared/contracts/http/problem.ts';
import { waitUntil } from './wait-until.ts';

const serverFrameSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('accepted'), ref: z.string(), jobId: z.string() }),
  z.object({ type: z.literal('event'), jobId: z.string(), event: jobEntrySchema }),
  z.object({
    type: z.literal('error'),
    ref: z.string().optional(),
    jobId: z.string().optional(),
    problem: problemSchema,
  }),
]);

export type ServerFrame = z.infer<typeof serverFrameSchema>;
type FrameOf<T extends ServerFrame['type']> = Extract<ServerFrame, { type: T }>;

const DEFAULT_WAIT_MS = 10_000;

/** A stock `ws` client with the frames of `GET /v1/stream`. */
export class StreamClient {
  readonly socket: WebSocket;
  readonly frames: ServerFrame[] = [];
  /** Called with each frame as it comes. */
  onFrame: (frame: ServerFrame) => void = () => undefined;
  #closed: { code: number; reason: string } | undefined;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (bytes: Buffer) => {
      const frame = serverFrameSchema.parse(JSON.parse(bytes.toString()));
      this.frames.push(frame);
      this.onFrame(frame);
    });
    socket.on('close', (code, reason) => {
      this.#closed = { code, reason: reason.toString() };
    });
    socket.on('error', () => socket.terminate());
  }

  /** Resolves when the socket is open; rejects with the HTTP status when it is refused. */
  static async open(edgeUrl: string, access: { apiKey: string } | { ticket: string }) {
    const url = `${edgeUrl.replace('http', 'ws')}/v1/stream`;
    const socket =
      'ticket' in access
        ? new WebSocket(`${url}?ticket=${access.ticket}`)
        : new WebSocket(url, { headers: { authorization: `Bearer ${access.apiKey}` } });
    const client = new StreamClient(socket);
    const refused = new Promise<never>((_resolve, reject) => {
      socket.once('unexpected-response', (_request, response) => {
        reject(new Error(`refused with ${String(response.statusCode)}`));
        socket.terminate();
      });
      socket.once('close', () => reject(new Error('closed before it was open')));
    });
    await Promise.race([once(socket, 'open'), refused]);
    refused.catch(() => undefined);
    return client;
  }

  send(frame: object): void {
    this.socket.send(JSON.stringify(frame));
  }

  /** Breaks the connection as a lost network does: no close frame. */
  cut(): void {
    this.socket.terminate();
  }

  async submit(ref: string, job: object): Promise<string> {
    this.send({ type: 'submit', ref, job });
    const accepted = await this.next('accepted', (frame) => frame.ref === ref);
    return accepted.jobId;
  }

  /** The first frame of this type that fits, come already or not. */
  next<T extends ServerFrame['type']>(
    type: T,
    fits: (frame: FrameOf<T>) => boolean = () => true,
    withinMs = DEFAULT_WAIT_MS,
  ): Promise<FrameOf<T>> {
    const isWanted = (frame: ServerFrame): frame is FrameOf<T> => frame.type === type;
    return waitUntil(() => this.frames.filter(isWanted).find(fits), {
      withinMs,
      what: `a frame ${type}`,
    });
  }

  closed(withinMs = DEFAULT_WAIT_MS): Promise<{ code: number; reason: string }> {
    return waitUntil(() => this.#closed, { withinMs, what: 'the socket to close' });
  }
}
