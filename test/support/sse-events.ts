import { EventSourceParserStream } from 'eventsource-parser/stream';
import { jobEntrySchema } from '../../shared/contracts/events/job-entry.ts';
import type { EventRecorder } from './event-recorder.ts';

export interface SseOptions {
  readonly url: string;
  readonly apiKey: string;
  readonly jobId: string;
  /** How the cursor is told. Default: `Last-Event-ID`. */
  readonly cursorIn?: 'header' | 'query';
  /** The client goes away after so many events. Default: it stays to the end. */
  readonly leaveAfter?: number;
}

const STREAM_TIMEOUT_MS = 60_000;

/**
 * Reads a job's server-sent events from the recorder's cursor on, over one connection, until it ends or the client has
 * enough. Rejects when the connection breaks.
 */
export async function readSse(recorder: EventRecorder, options: SseOptions): Promise<void> {
  const { leaveAfter = Number.POSITIVE_INFINITY } = options;
  const response = await openSse(options, recorder.cursor);
  if (response.status !== 200 || response.body === null) {
    throw new Error(`events answered ${String(response.status)}`);
  }
  const events = response.body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream());
  let taken = 0;
  for await (const { id, event, data } of events) {
    const entry = jobEntrySchema.parse(JSON.parse(data));
    if (id !== String(entry.seq) || event !== entry.type) throw new Error(`mislabelled: ${data}`);
    recorder.take(entry);
    taken += 1;
    if (taken >= leaveAfter) return;
  }
}

/** The bare answer, for what is refused. */
export function openSse(
  { url, apiKey, jobId, cursorIn = 'header' }: SseOptions,
  after: number | string,
): Promise<Response> {
  const inQuery = cursorIn === 'query' ? `?after=${String(after)}` : '';
  return fetch(`${url}/v1/jobs/${jobId}/events${inQuery}`, {
    headers: {
      authorization: `Bearer ${apiKey}`,
      ...(cursorIn === 'header' ? { 'last-event-id': String(after) } : {}),
    },
    signal: AbortSignal.timeout(STREAM_TIMEOUT_MS),
  });
}
