import type { WebSocket } from 'ws';
import { type Problem, problem, problemFromZod } from '../../shared/contracts/http/problem.ts';
import {
  acceptedFrame,
  type ClientFrame,
  clientFrameSchema,
  errorFrame,
  eventFrame,
} from '../../shared/contracts/ws/frames.ts';
import type { JobRef } from '../../shared/core/ids.ts';
import { parseStrictJson } from '../../shared/platform/http/parse-strict-json.ts';
import type { Principal } from '../../shared/ports/api-key-store.ts';
import type { EdgeDependencies } from './dependencies.ts';
import { EarlyEntries } from './early-entries.ts';
import { type EntrySink, JobReader } from './job-reader.ts';
import { openCursor } from './open-cursor.ts';
import { SocketWriter } from './socket-writer.ts';

/** Jobs followed on one socket at once. */
const MAX_JOBS = 1_000;

/** Frames a second that a client may send; a burst of twice that is let through. */
const FRAMES_PER_SECOND = 500;

export const CLOSE_POLICY = 1008;

/** One client's socket: submits, follows and cancels jobs of one tenant. */
export class SocketSession {
  readonly #dependencies: EdgeDependencies;
  readonly #principal: Principal;
  readonly #socket: WebSocket;
  readonly #writer: SocketWriter;
  readonly #readers = new Map<string, JobReader>();
  #allowance = 2 * FRAMES_PER_SECOND;
  #countedAtMs: number;

  constructor(dependencies: EdgeDependencies, principal: Principal, socket: WebSocket) {
    this.#dependencies = dependencies;
    this.#principal = principal;
    this.#socket = socket;
    this.#countedAtMs = dependencies.now();
    this.#writer = new SocketWriter(socket, () => {
      for (const reader of this.#readers.values()) reader.resume();
    });
    socket.on('message', (bytes: Buffer, isBinary: boolean) => {
      this.#receive(bytes, isBinary);
    });
    socket.once('close', () => {
      this.#writer.stop();
      for (const reader of this.#readers.values()) reader.close();
      this.#readers.clear();
    });
  }

  #receive(bytes: Buffer, isBinary: boolean): void {
    if (!this.#isWithinRate()) {
      this.#socket.close(CLOSE_POLICY, 'too many frames');
      return;
    }
    const json = isBinary ? undefined : parseStrictJson(bytes);
    if (json === undefined) return this.#refuse(problem('unsupported_media_type', 'text frames'));
    if (!json.ok) return this.#refuse(json.error);
    const frame = clientFrameSchema.safeParse(json.value);
    if (!frame.success) return this.#refuse(problemFromZod(frame.error));
    void this.#act(frame.data).catch((error: unknown) => {
      this.#dependencies.logger.error({ error: String(error) }, 'a frame could not be served');
      this.#refuse(problem('unavailable'));
    });
  }

  async #act(frame: ClientFrame): Promise<void> {
    switch (frame.type) {
      case 'submit':
        return this.#submit(frame);
      case 'subscribe':
        return this.#subscribe(this.#refOf(frame.jobId), frame.after);
      case 'unsubscribe':
        this.#forget(frame.jobId);
        return;
      case 'cancel': {
        const cancelled = await this.#dependencies.intake.cancel(this.#refOf(frame.jobId));
        if (!cancelled.ok) this.#refuse(cancelled.problem, { jobId: frame.jobId });
      }
    }
  }

  async #submit(frame: Extract<ClientFrame, { type: 'submit' }>): Promise<void> {
    const { intake, newJobId } = this.#dependencies;
    const { ref: name, idempotencyKey } = frame;
    const body = Buffer.from(JSON.stringify(frame.job ?? null));
    if (body.length > intake.maxBodyBytes) {
      return this.#refuse(problem('body_too_large'), { ref: name });
    }
    if (this.#readers.size >= MAX_JOBS) return this.#refuse(TOO_MANY_JOBS, { ref: name });
    const ref = this.#refOf(newJobId());
    // Listens before the job exists: nothing is missed, and nothing is read from the log.
    const early = new EarlyEntries();
    const reader = this.#follow(ref, early, {});
    const submitted = await intake.submit({
      principal: this.#principal,
      door: 'job',
      body,
      jobId: ref.jobId,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      options: {},
    });
    if (!submitted.ok) {
      this.#forget(ref.jobId);
      return this.#refuse(submitted.problem, { ref: name });
    }
    this.#writer.write(acceptedFrame(name, submitted.jobId));
    if (submitted.jobId !== ref.jobId) {
      this.#forget(ref.jobId);
      return this.#subscribe(this.#refOf(submitted.jobId), 0);
    }
    early.passTo(this.#sinkOf(ref.jobId));
    reader.resume();
  }

  async #subscribe(ref: JobRef, after: number): Promise<void> {
    const { jobId } = ref;
    if (this.#readers.size >= MAX_JOBS) return this.#refuse(TOO_MANY_JOBS, { jobId });
    const opened = await openCursor(this.#dependencies, ref, after);
    if (!opened.ok) return this.#refuse(opened.error, { jobId });
    if (opened.value.isAtEnd || this.#socket.readyState !== this.#socket.OPEN) return;
    this.#forget(jobId);
    const { fromSequence } = opened.value;
    this.#follow(ref, this.#sinkOf(jobId), { afterSeq: after, fromSequence }).replay();
  }

  #follow(
    ref: JobRef,
    sink: EntrySink,
    { afterSeq = 0, fromSequence = 0 }: { afterSeq?: number; fromSequence?: number },
  ): JobReader {
    const { log, tail } = this.#dependencies;
    const reader = new JobReader({ log, tail, ref, afterSeq, fromSequence, sink });
    this.#readers.set(ref.jobId, reader);
    return reader;
  }

  #sinkOf(jobId: string): EntrySink {
    return {
      write: ({ json }) => this.#writer.write(eventFrame(jobId, json)),
      end: () => {
        this.#readers.delete(jobId);
      },
    };
  }

  #forget(jobId: string): void {
    this.#readers.get(jobId)?.close();
    this.#readers.delete(jobId);
  }

  #refuse(body: Problem, about: { readonly ref?: string; readonly jobId?: string } = {}): void {
    this.#writer.write(errorFrame(body, about));
  }

  #refOf(jobId: string): JobRef {
    return { tenantId: this.#principal.tenantId, jobId };
  }

  #isWithinRate(): boolean {
    const now = this.#dependencies.now();
    const refill = ((now - this.#countedAtMs) / 1_000) * FRAMES_PER_SECOND;
    this.#allowance = Math.min(2 * FRAMES_PER_SECOND, this.#allowance + refill) - 1;
    this.#countedAtMs = now;
    return this.#allowance >= 0;
  }
}

const TOO_MANY_JOBS = problem('too_many_requests', `at most ${String(MAX_JOBS)} jobs a socket`);
