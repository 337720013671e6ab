import type { FastifyReply } from 'fastify';
import type { JobEntry, TerminalEntry } from '../../shared/contracts/events/job-entry.ts';
import { problem } from '../../shared/contracts/http/problem.ts';
import type { StoredEntry } from '../../shared/ports/job-log.ts';
import type { EntrySink } from './job-reader.ts';
import { type AnswerFrame, closingEvents, deltaEvents, openingEvent } from './openai-answer.ts';
import { problemOfTerminal, sendOpenaiError, toOpenaiError } from './openai-error.ts';
import { SseWriter } from './sse-writer.ts';

/**
 * How long the status line waits for the first content, so that a job that fails before it is an HTTP error. A job that
 * waits longer in a queue gets its 200 and heartbeats, or proxies would cut it.
 */
const HOLD_STATUS_MS = 10_000;

export interface ChatStreamOptions {
  readonly reply: FastifyReply;
  readonly jobId: string;
  readonly frame: AnswerFrame;
  readonly includeUsage: boolean;
  /** The client has taken what it was sent. */
  readonly onRoom: () => void;
}

/** One streamed chat completion: turns a job's entries into OpenAI's events. */
export class ChatStream implements EntrySink {
  readonly #options: ChatStreamOptions;
  readonly #hold: NodeJS.Timeout;
  #frame: AnswerFrame;
  #writer: SseWriter | undefined;
  #hasShown = false;
  #isOver = false;

  constructor(options: ChatStreamOptions) {
    this.#options = options;
    this.#frame = options.frame;
    this.#hold = setTimeout(() => this.#open(), HOLD_STATUS_MS);
  }

  write({ entry }: StoredEntry): boolean {
    if (this.#isOver) return true;
    switch (entry.type) {
      case 'attempt':
        this.#frame = { ...this.#frame, model: entry.requestModel };
        return true;
      case 'delta':
        return this.#show(entry);
      case 'reset':
        // OpenAI's format cannot take text back.
        if (this.#hasShown) this.#fail('the answer broke off and was begun again');
        return true;
      case 'terminal':
        this.#close(entry);
        return true;
      case 'accepted':
      case 'failed':
        return true;
    }
  }

  end(): void {
    clearTimeout(this.#hold);
  }

  /** The client has gone. */
  abandon(): void {
    this.#isOver = true;
    clearTimeout(this.#hold);
    this.#writer?.stop();
  }

  /** The edge is going away: the client is told, the job goes on. */
  drain(): void {
    this.#fail('the server is restarting; the job goes on');
  }

  #show(entry: Extract<JobEntry, { type: 'delta' }>): boolean {
    const opening = this.#hasShown ? '' : openingEvent(this.#frame);
    this.#hasShown = true;
    return this.#open().write(opening + deltaEvents(this.#frame, entry.parts));
  }

  #close(terminal: TerminalEntry): void {
    if (terminal.outcome === 'completed') {
      const opening = this.#hasShown ? '' : openingEvent(this.#frame);
      const { includeUsage } = this.#options;
      this.#finish(opening + closingEvents(this.#frame, terminal, includeUsage));
      return;
    }
    const { reply, jobId } = this.#options;
    const body = problemOfTerminal(jobId, terminal);
    if (this.#writer === undefined) {
      this.#isOver = true;
      sendOpenaiError(reply, body);
    } else this.#finish(`data: ${JSON.stringify(toOpenaiError(body))}\n\n`);
  }

  #fail(detail: string): void {
    if (this.#isOver) return;
    const body = problem('job_failed', detail, { jobId: this.#options.jobId });
    this.#finish(`data: ${JSON.stringify(toOpenaiError(body))}\n\n`);
  }

  #finish(text: string): void {
    this.#isOver = true;
    this.#open().end(text);
  }

  /** Sends the status line, once. */
  #open(): SseWriter {
    clearTimeout(this.#hold);
    const { reply, jobId, onRoom } = this.#options;
    if (this.#writer === undefined) {
      reply.hijack();
      this.#writer = new SseWriter(reply.raw, { 'x-switchyard-job-id': jobId }, onRoom);
    }
    return this.#writer;
  }
}
