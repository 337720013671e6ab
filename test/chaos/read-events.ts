import { EventSourceParserStream } from 'eventsource-parser/stream';
import { jobEntrySchema } from '../../shared/contracts/events/job-entry.ts';
import type { ChaosClient, JobOrder } from './chaos-client.ts';
import { SILENCE_MS, type SocketFrame, talkOnSocket } from './talk-on-socket.ts';

/** Where a client is in a job's events. */
export interface Reading {
  readonly jobId: string;
  cursor: number;
  isOver: boolean;
}

export function startReading(jobId: string): Reading {
  return { jobId, cursor: 0, isOver: false };
}

/**
 * Submits on a socket and reads its events there, until the first cut. Answers where it stands; undefined: no answer
 * came.
 */
export async function submitOnSocket(
  client: ChaosClient,
  { tag, key, body }: JobOrder,
): Promise<Reading | undefined> {
  let reading: Reading | undefined;
  let take: (frame: SocketFrame) => boolean = () => false;
  let connection = 0;
  let status: number | undefined;
  const why = await talkOnSocket({
    ...client.surroundings,
    first: {
      type: 'submit',
      ref: tag,
      job: body,
      ...(key === undefined ? {} : { idempotencyKey: key }),
    },
    onFrame: (frame) => {
      if (frame.type === 'error') {
        ({ status } = frame.problem);
        return true;
      }
      if (frame.type !== 'accepted') return take(frame);
      client.noteAck(tag, frame.jobId);
      reading = startReading(frame.jobId);
      connection = client.noteOpen(frame.jobId, 0);
      take = taker(client, reading, connection);
      return false;
    },
  });
  if (reading === undefined) client.noteRefused(tag, status);
  else client.noteDisconnect(reading.jobId, connection, why);
  return reading;
}

/** One connection, from the cursor on. */
export async function readOnSocket(client: ChaosClient, reading: Reading): Promise<void> {
  const { jobId, cursor } = reading;
  const connection = client.noteOpen(jobId, cursor);
  const why = await talkOnSocket({
    ...client.surroundings,
    first: { type: 'subscribe', jobId, after: cursor },
    onFrame: taker(client, reading, connection),
  });
  client.noteDisconnect(jobId, connection, why);
}

function taker(client: ChaosClient, reading: Reading, connection: number) {
  let left = client.patience();
  return (frame: SocketFrame): boolean => {
    // An error frame: the edge cannot read the log now; a client comes again.
    if (frame.type !== 'event') return frame.type === 'error';
    const { event: entry, jobId } = frame;
    client.note({ kind: 'frame', at: Date.now(), jobId, connection, entry });
    reading.cursor = entry.seq;
    reading.isOver = entry.type === 'terminal';
    left -= 1;
    return reading.isOver || left <= 0;
  };
}

/** One connection of server-sent events, from the cursor on. */
export async function readOnSse(client: ChaosClient, reading: Reading): Promise<void> {
  const { jobId, cursor } = reading;
  const connection = client.noteOpen(jobId, cursor);
  const why = await takeEvents(client, reading, connection).catch(wordOfBreak);
  client.noteDisconnect(jobId, connection, why);
}

async function takeEvents(
  client: ChaosClient,
  reading: Reading,
  connection: number,
): Promise<string> {
  const { edgeUrl, apiKey } = client.surroundings;
  const { jobId, cursor } = reading;
  const patience = new AbortController();
  const silence = setTimeout(() => patience.abort(), SILENCE_MS);
  try {
    const response = await fetch(`${edgeUrl}/v1/jobs/${jobId}/events`, {
      headers: { authorization: `Bearer ${apiKey}`, 'last-event-id': String(cursor) },
      signal: patience.signal,
    });
    if (response.status !== 200 || response.body === null) {
      return `answered ${String(response.status)}`;
    }
    let left = client.patience();
    const events = response.body
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventSourceParserStream());
    for await (const { data } of events) {
      silence.refresh();
      const entry = jobEntrySchema.parse(JSON.parse(data));
      client.note({ kind: 'frame', at: Date.now(), jobId, connection, entry });
      reading.cursor = entry.seq;
      reading.isOver = entry.type === 'terminal';
      left -= 1;
      if (left <= 0) return 'left';
    }
    return 'ended';
  } finally {
    clearTimeout(silence);
    patience.abort();
  }
}

/** A lost connection is a TypeError of fetch, silence an AbortError; anything else is a defect. */
export function wordOfBreak(error: unknown): string {
  if (error instanceof TypeError || error instanceof DOMException) return error.message;
  throw error;
}
