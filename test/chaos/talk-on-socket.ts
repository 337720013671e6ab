import { WebSocket } from 'ws';
import { z } from 'zod';
import { jobEntrySchema } from '../../shared/contracts/events/job-entry.ts';

/** A client that hears nothing for so long takes its connection for dead. */
export const SILENCE_MS = 8_000;

const HANDSHAKE_MS = 5_000;

const frameSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('accepted'), ref: z.string(), jobId: z.string() }),
  z.object({ type: z.literal('event'), jobId: z.string(), event: jobEntrySchema }),
  z.object({ type: z.literal('error'), problem: z.object({ status: z.number() }) }),
]);

export type SocketFrame = z.infer<typeof frameSchema>;

export interface Talk {
  readonly edgeUrl: string;
  readonly apiKey: string;
  readonly first: object;
  /** True: enough, the connection is cut as a lost network cuts it. */
  readonly onFrame: (frame: SocketFrame) => boolean;
}

/** One WebSocket: says one thing and listens until somebody ends it. Answers how it ended. */
export function talkOnSocket({ edgeUrl, apiKey, first, onFrame }: Talk): Promise<string> {
  const socket = new WebSocket(`${edgeUrl.replace('http', 'ws')}/v1/stream`, {
    headers: { authorization: `Bearer ${apiKey}` },
    handshakeTimeout: HANDSHAKE_MS,
  });
  return new Promise((resolve, reject) => {
    let why = 'closed';
    const leave = (reason: string): void => {
      why = reason;
      socket.terminate();
    };
    const silence = setTimeout(() => leave('silence'), SILENCE_MS);
    socket.on('open', () => socket.send(JSON.stringify(first)));
    socket.on('message', (bytes: Buffer) => {
      silence.refresh();
      try {
        const frame = frameSchema.parse(JSON.parse(bytes.toString()));
        if (socket.readyState === socket.OPEN && onFrame(frame)) leave('left');
      } catch (error: unknown) {
        reject(
          new Error(`a frame that no client understands: ${bytes.toString()}`, { cause: error }),
        );
        socket.terminate();
      }
    });
    socket.on('error', (error) => leave(error.message));
    socket.on('close', (code) => {
      clearTimeout(silence);
      resolve(why === 'closed' ? `closed with ${String(code)}` : why);
    });
  });
}
