import type { EventRecorder } from './event-recorder.ts';
import { StreamClient } from './stream-client.ts';
import { waitUntil } from './wait-until.ts';

const READ_TIMEOUT_MS = 30_000;

export interface SocketOptions {
  readonly url: string;
  readonly apiKey: string;
  readonly jobId: string;
  /** The client goes away after so many events. Default: it stays to the end. */
  readonly leaveAfter?: number;
}

/** One connection: subscribes behind the recorder's cursor, reads, and is cut like a lost network. */
export async function readSocket(recorder: EventRecorder, options: SocketOptions): Promise<void> {
  const { url, jobId } = options;
  const client = await StreamClient.open(url, options);
  client.send({ type: 'subscribe', jobId, after: recorder.cursor });
  await followJob(client, recorder, options);
  client.cut();
}

/** Puts the frames of one job, those that came already first, into the recorder until it is over or has enough. */
export async function followJob(
  client: StreamClient,
  recorder: EventRecorder,
  { jobId, leaveAfter = Number.POSITIVE_INFINITY }: Pick<SocketOptions, 'jobId' | 'leaveAfter'>,
): Promise<void> {
  let read = 0;
  let taken = 0;
  await waitUntil(
    () => {
      for (; read < client.frames.length && taken < leaveAfter; read += 1) {
        const frame = client.frames[read];
        if (frame?.type !== 'event' || frame.jobId !== jobId) continue;
        recorder.take(frame.event);
        taken += 1;
      }
      return recorder.isOver || taken >= leaveAfter;
    },
    { withinMs: READ_TIMEOUT_MS, what: `events of ${jobId} after ${String(recorder.cursor)}` },
  );
}
