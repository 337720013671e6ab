import { createInbox, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { z } from 'zod';
import { jobEntrySchema } from '../../contracts/events/job-entry.ts';
import { JOBLOG_STREAM, natsSubjects } from '../../contracts/nats-subjects.ts';
import type { JobRef } from '../../core/ids.ts';
import {
  type LogPage,
  LogUnavailableError,
  type ReadOptions,
  type StoredEntry,
} from '../../ports/job-log.ts';

/** Entries and bytes read at once: bound what a reader of a long log holds in memory. Any one entry is smaller. */
const PAGE_ENTRIES = 500;
const PAGE_BYTES = 1_048_576;

const READ_TIMEOUT_MS = 5_000;

/** A consumer that nobody reads any more goes away by itself after this. */
const CONSUMER_IDLE_NS = 5_000_000_000;

const createdSchema = z.union([
  z.object({ name: z.string(), num_pending: z.number() }),
  z.object({ error: z.object({ description: z.string() }) }),
]);

/**
 * Reads a page of one job's log with a short-lived consumer: three messages to the server in all. The library's ordered
 * consumer does the same with about five times the latency (infra.md 2.5).
 */
export async function readLogPage(
  connection: NatsConnection,
  ref: JobRef,
  options: ReadOptions,
): Promise<LogPage> {
  const consumer = await createConsumer(connection, ref, options.fromSequence ?? 0);
  if (consumer.pending === 0) {
    drop(connection, consumer.name);
    return { entries: [], isEnd: true };
  }
  const wanted = Math.min(consumer.pending, PAGE_ENTRIES);
  const messages = await fetchMessages(connection, consumer.name, wanted);
  drop(connection, consumer.name);
  // Short of what was asked for: the page was full by bytes.
  const isEnd = messages.length >= consumer.pending;
  const all = messages.map(readEntry);
  const entries = all.filter((stored) => stored.entry.seq > options.afterSeq);
  const last = all.at(-1);
  if (entries.length === 0 && !isEnd && last !== undefined) {
    return readLogPage(connection, ref, { ...options, fromSequence: last.sequence + 1 });
  }
  return { entries, isEnd };
}

async function createConsumer(connection: NatsConnection, ref: JobRef, fromSequence: number) {
  const start =
    fromSequence > 0
      ? { deliver_policy: 'by_start_sequence', opt_start_seq: fromSequence }
      : { deliver_policy: 'all' };
  const config = {
    ...start,
    filter_subject: natsSubjects.log(ref),
    ack_policy: 'none',
    replay_policy: 'instant',
    mem_storage: true,
    num_replicas: 1,
    inactive_threshold: CONSUMER_IDLE_NS,
  };
  const reply = await request(
    connection,
    `$JS.API.CONSUMER.CREATE.${JOBLOG_STREAM}`,
    JSON.stringify({ stream_name: JOBLOG_STREAM, config }),
  );
  const created = createdSchema.parse(reply.json());
  if ('error' in created) throw new LogUnavailableError(created.error.description);
  return { name: created.name, pending: created.num_pending };
}

function drop(connection: NatsConnection, name: string): void {
  connection.publish(`$JS.API.CONSUMER.DELETE.${JOBLOG_STREAM}.${name}`);
}

async function request(connection: NatsConnection, subject: string, payload: string): Promise<Msg> {
  try {
    return await connection.request(subject, payload, { timeout: READ_TIMEOUT_MS });
  } catch (error: unknown) {
    throw new LogUnavailableError('the log does not answer', { cause: error });
  }
}

function fetchMessages(connection: NatsConnection, consumer: string, count: number) {
  return new Promise<Msg[]>((resolve, reject) => {
    const inbox = createInbox();
    const messages: Msg[] = [];
    const end = (settle: () => void) => {
      clearTimeout(timer);
      subscription.unsubscribe();
      settle();
    };
    const timer = setTimeout(() => {
      end(() => reject(new LogUnavailableError('the log stopped in the middle of a page')));
    }, READ_TIMEOUT_MS);
    const subscription = connection.subscribe(inbox, {
      callback: (_error, message) => {
        const isStatus = message.data.length === 0 && (message.headers?.code ?? 0) > 0;
        if (!isStatus) messages.push(message);
        if (isStatus || messages.length === count) end(() => resolve(messages));
      },
    });
    connection.publish(
      `$JS.API.CONSUMER.MSG.NEXT.${JOBLOG_STREAM}.${consumer}`,
      JSON.stringify({ batch: count, max_bytes: PAGE_BYTES, no_wait: true }),
      { reply: inbox },
    );
  });
}

/**
 * A consumer's message names its place in the reply subject, `$JS.ACK.<stream>.<consumer>.<delivered>.<stream
 * sequence>.<consumer sequence>.<time in ns>.<pending>`; newer servers put the domain and account in front.
 */
function readEntry(message: Msg): StoredEntry {
  const json = message.string();
  const tokens = (message.reply ?? '').split('.');
  const place = tokens.length === 9 ? 5 : 7;
  return {
    entry: jobEntrySchema.parse(JSON.parse(json)),
    sequence: Number(tokens[place]),
    json,
    storedAtMs: Math.floor(Number(tokens[place + 2]) / 1_000_000),
  };
}
