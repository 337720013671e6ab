import { createHash } from 'node:crypto';
import { type JetStreamManager, jetstreamManager, type StoredMsg } from '@nats-io/jetstream';
import { connect, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import {
  JOBLOG_STREAM,
  jobRefOfSubject,
  natsSubjects,
  RESULTS_STREAM,
} from '../../shared/contracts/nats-subjects.ts';
import type { PublishLine } from './recording.ts';
import type { JsonLines } from './recording-files.ts';

/** Messages asked for at once: one after another would take minutes for a long run. */
const READ_AT_ONCE = 200;

/**
 * Listens to the job log on the wire: it sees each append as it is tried, also those that the log then refuses, so that
 * fenced writes are counted without asking those who were fenced. It misses what is published while NATS is down.
 */
export async function tailPublishes(
  natsUrl: string,
  lines: JsonLines,
): Promise<{ stop(): Promise<void> }> {
  const connection = await connect({
    servers: natsUrl,
    name: 'chaos-witness',
    maxReconnectAttempts: -1,
    reconnectTimeWait: 100,
  });
  connection.subscribe(natsSubjects.allLogs, {
    callback: (error, message) => {
      if (error !== null) return;
      const { jobId } = jobRefOfSubject(message.subject);
      const line: PublishLine = {
        at: Date.now(),
        jobId,
        ...fenceOf(message.headers),
        hash: hashOf(message.data),
      };
      lines.add(line);
    },
  });
  return { stop: () => connection.close() };
}

/** Everything in the job log, read from NATS itself by sequence. Entries are as stored: the checker parses them. */
export async function dumpLog(natsUrl: string): Promise<object[]> {
  const messages = await readStream(natsUrl, JOBLOG_STREAM);
  return messages.map((message) => ({
    sequence: message.seq,
    storedAt: message.time.getTime(),
    jobId: jobRefOfSubject(message.subject).jobId,
    ...fenceOf(message.header),
    hash: hashOf(message.data),
    entry: message.json<unknown>(),
  }));
}

export async function dumpResults(natsUrl: string): Promise<object[]> {
  const messages = await readStream(natsUrl, RESULTS_STREAM);
  return messages.map((message) => message.json<object>());
}

async function readStream(natsUrl: string, stream: string): Promise<StoredMsg[]> {
  const connection: NatsConnection = await connect({ servers: natsUrl });
  try {
    const streams = (await jetstreamManager(connection)).streams;
    const { state } = await streams.info(stream);
    const messages: StoredMsg[] = [];
    for (let from = Math.max(1, state.first_seq); from <= state.last_seq; from += READ_AT_ONCE) {
      const count = Math.min(READ_AT_ONCE, state.last_seq - from + 1);
      messages.push(...(await readSome(streams, { stream, from, count })));
    }
    return messages;
  } finally {
    await connection.close();
  }
}

async function readSome(
  streams: JetStreamManager['streams'],
  {
    stream,
    from,
    count,
  }: { readonly stream: string; readonly from: number; readonly count: number },
): Promise<StoredMsg[]> {
  const found = await Promise.all(
    Array.from({ length: count }, (_, index) => streams.getMessage(stream, { seq: from + index })),
  );
  return found.filter((message) => message !== null);
}

function fenceOf(headers: MsgHdrs | undefined): Pick<PublishLine, 'expected' | 'messageId'> {
  const expected = headers?.get('Nats-Expected-Last-Subject-Sequence') ?? '';
  const messageId = headers?.get('Nats-Msg-Id') ?? '';
  return {
    ...(expected === '' ? {} : { expected: Number(expected) }),
    ...(messageId === '' ? {} : { messageId }),
  };
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}
