import type { FastifyReply } from 'fastify';
import { problem } from '../../shared/contracts/http/problem.ts';
import { JobFold } from '../../shared/jobs/job-fold.ts';
import type { StoredEntry } from '../../shared/ports/job-log.ts';
import type { EntrySink } from './job-reader.ts';
import { type AnswerFrame, toCompletion } from './openai-answer.ts';
import { problemOfTerminal, sendOpenaiError } from './openai-error.ts';

export interface ChatAnswerOptions {
  readonly reply: FastifyReply;
  readonly jobId: string;
  readonly frame: AnswerFrame;
}

/** One chat completion that is not streamed: folds the job's entries and answers once at the end. */
export class ChatAnswer implements EntrySink {
  readonly #options: ChatAnswerOptions;
  readonly #fold = new JobFold();
  #model: string;

  constructor(options: ChatAnswerOptions) {
    this.#options = options;
    this.#model = options.frame.model;
  }

  write({ entry }: StoredEntry): boolean {
    this.#fold.apply(entry);
    if (entry.type === 'attempt') this.#model = entry.requestModel;
    return true;
  }

  /** The edge is going away: the client is told which job to ask for. */
  drain(): void {
    const { reply, jobId } = this.#options;
    if (this.#fold.terminal !== undefined || reply.sent) return;
    const detail = 'the server is restarting; the job goes on, ask for it';
    sendOpenaiError(reply, problem('unavailable', detail, { jobId }));
  }

  end(): void {
    const { reply, jobId, frame } = this.#options;
    const { terminal } = this.#fold;
    if (terminal === undefined || reply.sent || reply.raw.destroyed) return;
    if (terminal.outcome !== 'completed') {
      sendOpenaiError(reply, problemOfTerminal(jobId, terminal));
      return;
    }
    const answer = this.#fold.answer(terminal.finishReason);
    reply
      .header('x-switchyard-job-id', jobId)
      .send(toCompletion({ ...frame, model: this.#model }, answer, terminal.usage));
  }
}
