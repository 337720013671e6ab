import { headers, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { type JobEntry, jobEntrySchema } from '../../contracts/events/job-entry.ts';
import { JOBLOG_STREAM, natsSubjects } from '../../contracts/nats-subjects.ts';
import type { JobRef } from '../../core/ids.ts';
import {
  type AppendOptions,
  type AppendResult,
  type JobLog,
  type LogPage,
  LogUnavailableError,
  type ReadOptions,
  type StoredEntry,
} from '../../ports/job-log.ts';
import { Gate } from './gate.ts';
import { readLogPage } from './log-page.ts';
import { readPubAck } from './pub-ack.ts';
import { ReplyInbox } from './reply-inbox.ts';

/** One try of an append or a look-up. */
const ANSWER_TIMEOUT_MS = 2_000;

/** Between two tries of an append that was answered at once without being stored. */
const RETRY_PAUSE_MS = 200;

/** Pages read at once in a process: many slow clients that catch up together share this much memory. */
const READS_AT_ONCE = 16;

/** The job log on JetStream: one subject a job, fenced by the subject's last sequence. */
export class NatsJobLog implements JobLog {
  readonly #connection: NatsConnection;
  readonly #inbox: ReplyInbox;
  readonly #reads = new Gate(READS_AT_ONCE);

  constructor(connection: NatsConnection) {
    this.#connection = connection;
    this.#inbox = new ReplyInbox(connection);
  }

  /**
   * Repeats the same publish until it is answered: the expectation makes that safe. A repeat that is refused may be
   * refused by its own first copy. An entry with a message id is answered as a duplicate then; one without is compared
   * with the last entry, which is the writer's own exactly when it is the same text.
   */
  async append(ref: JobRef, entry: JobEntry, options: AppendOptions): Promise<AppendResult> {
    const subject = natsSubjects.log(ref);
    const json = JSON.stringify(entry);
    const deadline = performance.now() + options.deadlineMs;
    let mayBeStored = false;
    for (;;) {
      const timeoutMs = Math.min(ANSWER_TIMEOUT_MS, options.deadlineMs);
      const ack = readPubAck(
        await this.#inbox.request(subject, json, { timeoutMs, headers: fence(options) }),
      );
      if (ack.kind === 'stored') return { kind: 'stored', sequence: ack.sequence };
      if (ack.kind === 'fenced') {
        if (!mayBeStored || options.messageId !== undefined) return { kind: 'fenced' };
        const last = await this.readLast(ref);
        return last?.json === json
          ? { kind: 'stored', sequence: last.sequence }
          : { kind: 'fenced' };
      }
      mayBeStored ||= ack.reason === 'timeout';
      if (performance.now() >= deadline) return { kind: 'unavailable', mayBeStored };
      if (ack.reason !== 'timeout') await pause(RETRY_PAUSE_MS);
    }
  }

  async readLast(ref: JobRef): Promise<StoredEntry | undefined> {
    const reply = await this.#inbox.request(
      `$JS.API.DIRECT.GET.${JOBLOG_STREAM}`,
      JSON.stringify({ last_by_subj: natsSubjects.log(ref) }),
      { timeoutMs: ANSWER_TIMEOUT_MS },
    );
    if (reply === undefined) throw new LogUnavailableError('no answer to a look-up');
    const status = reply.headers?.code ?? 0;
    if (status === 404) return undefined;
    if (status !== 0 || reply.data.length === 0) {
      throw new LogUnavailableError(`look-up answered ${String(status)}`);
    }
    const stored = toStoredEntry(reply, Number(reply.headers?.get('Nats-Sequence')));
    return { ...stored, storedAtMs: Date.parse(reply.headers?.get('Nats-Time-Stamp') ?? '') };
  }

  read(ref: JobRef, options: ReadOptions): Promise<LogPage> {
    return this.#reads.run(() => readLogPage(this.#connection, ref, options));
  }

  close(): void {
    this.#inbox.close();
  }
}

/** Reads an entry of the log from a message that carries it. */
export function toStoredEntry(message: Msg, sequence: number): StoredEntry {
  const json = message.string();
  return { entry: jobEntrySchema.parse(JSON.parse(json)), sequence, json };
}

function fence(options: AppendOptions) {
  const fenced = headers();
  fenced.set('Nats-Expected-Last-Subject-Sequence', String(options.expectedSequence));
  if (options.messageId !== undefined) fenced.set('Nats-Msg-Id', options.messageId);
  return fenced;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
