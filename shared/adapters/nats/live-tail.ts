import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { z } from 'zod';
import { JOBLOG_STREAM, jobRefOfSubject, natsSubjects } from '../../contracts/nats-subjects.ts';
import type { JobRef } from '../../core/ids.ts';
import type { JobTail, TailListener } from '../../ports/job-tail.ts';
import type { Logger } from '../../ports/logger.ts';
import { toStoredEntry } from './job-log.ts';
import { ReplyInbox } from './reply-inbox.ts';

/** How often the stream's end is compared with what came: a lost last hint is noticed within this. */
const POLL_MS = 1_000;

/** More lost hints than this at once are not fetched one by one: every reader looks into its own log instead. */
const MAX_REPAIR = 500;

const ANSWER_TIMEOUT_MS = 2_000;

const streamInfoSchema = z.object({ state: z.object({ last_seq: z.number() }) });

type Subscribe = (onHint: (message: Msg) => void) => void;

/**
 * One wildcard subscription a process on what the log republishes. The stream numbers all entries of all jobs without
 * a hole, so one number tells whether any hint was lost, at the cost of one look at the stream a second, however many
 * jobs are followed. Lost ones are fetched by number and given out as if they had come.
 */
export class NatsLiveTail implements JobTail {
  readonly #inbox: ReplyInbox;
  readonly #log: Logger;
  readonly #listeners = new Map<string, Set<TailListener>>();
  readonly #timer: NodeJS.Timeout;
  #lastSequence = 0;
  #isPolling = false;

  /** `subscribe` is the subscription to hints; tests put a lossy one in its place. */
  constructor(connection: NatsConnection, log: Logger, subscribe = subscribeLive(connection)) {
    this.#inbox = new ReplyInbox(connection);
    this.#log = log;
    subscribe((message) => {
      this.#onHint(message);
    });
    this.#timer = setInterval(() => {
      void this.#poll();
    }, POLL_MS);
    this.#timer.unref();
  }

  follow(ref: JobRef, listener: TailListener): () => void {
    const key = natsSubjects.log(ref).slice('log.'.length);
    const listeners = this.#listeners.get(key) ?? new Set();
    this.#listeners.set(key, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(key) === listeners) {
        this.#listeners.delete(key);
      }
    };
  }

  close(): void {
    clearInterval(this.#timer);
    this.#inbox.close();
  }

  #onHint(message: Msg): void {
    const sequence = Number(message.headers?.get('Nats-Sequence'));
    const expected = this.#lastSequence + 1;
    if (sequence > this.#lastSequence) {
      if (this.#lastSequence > 0 && sequence > expected) void this.#repair(expected, sequence - 1);
      this.#lastSequence = sequence;
    }
    this.#dispatch(message.subject.slice('live.'.length), message, sequence);
  }

  #dispatch(key: string, message: Msg, sequence: number): void {
    const listeners = this.#listeners.get(key);
    if (listeners === undefined) return;
    const stored = toStoredEntry(message, sequence);
    for (const listener of listeners) listener.onEntry(stored);
  }

  /** The reply comes on the connection that carries the hints, so that hints sent before it are here already. */
  async #poll(): Promise<void> {
    if (this.#listeners.size === 0 || this.#isPolling) return;
    this.#isPolling = true;
    try {
      const reply = await this.#inbox.request(`$JS.API.STREAM.INFO.${JOBLOG_STREAM}`, '', {
        timeoutMs: ANSWER_TIMEOUT_MS,
      });
      if (reply === undefined || reply.data.length === 0) return;
      const info = streamInfoSchema.safeParse(reply.json());
      if (!info.success) return;
      const end = info.data.state.last_seq;
      const from = this.#lastSequence + 1;
      this.#lastSequence = Math.max(end, this.#lastSequence);
      if (from === 1) this.#announceGap();
      else if (end >= from) await this.#repair(from, end);
    } finally {
      this.#isPolling = false;
    }
  }

  async #repair(from: number, to: number): Promise<void> {
    this.#log.debug({ from, to }, 'live hints were lost');
    if (to - from >= MAX_REPAIR) {
      this.#announceGap();
      return;
    }
    const numbers = Array.from({ length: to - from + 1 }, (_, index) => from + index);
    const replies = await Promise.all(numbers.map((sequence) => this.#fetch(sequence)));
    if (replies.includes(undefined)) this.#announceGap();
  }

  async #fetch(sequence: number): Promise<Msg | undefined> {
    const reply = await this.#inbox.request(
      `$JS.API.DIRECT.GET.${JOBLOG_STREAM}`,
      JSON.stringify({ seq: sequence }),
      { timeoutMs: ANSWER_TIMEOUT_MS },
    );
    const subject = reply?.headers?.get('Nats-Subject');
    if (reply !== undefined && subject !== undefined && subject !== '') {
      const { tenantId, jobId } = jobRefOfSubject(subject);
      this.#dispatch(`${tenantId}.${jobId}`, reply, sequence);
    }
    return reply;
  }

  #announceGap(): void {
    for (const listeners of this.#listeners.values()) {
      for (const listener of listeners) listener.onGap();
    }
  }
}

function subscribeLive(connection: NatsConnection): Subscribe {
  return (onHint) => {
    connection.subscribe(natsSubjects.allLive, {
      callback: (_error, message) => {
        onHint(message);
      },
    });
  };
}
