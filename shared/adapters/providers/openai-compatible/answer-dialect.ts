import { type Failure, type FailureClass, makeFailure } from '../../../core/failure.ts';
import type { Usage } from '../../../core/usage.ts';
import { type JsonRecord, readText } from '../http/json.ts';
import type { ErrorReply } from '../http/provider-api.ts';
import { readFailure } from './failure.ts';
import { readUsage } from './usage.ts';
import { readReasoning } from './wire.ts';

/** What servers of this family differ in when they answer. */
export interface AnswerDialect {
  /** The answer's text in a delta or a message; never empty. Undefined: there is none. */
  readText(content: JsonRecord | undefined): string | undefined;
  /** Likewise the reasoning. */
  readReasoning(content: JsonRecord | undefined): string | undefined;
  /** Usage of a chunk or a whole reply; undefined when it reports none. */
  readUsage(body: JsonRecord): Usage | undefined;
  readFailure(reply: ErrorReply): Failure;
  /** Finish reasons with which the server, and not the model, ended the answer, and what kind of failure that is. */
  readonly failedFinishes: ReadonlyMap<string, FailureClass>;
}

/** Answers as OpenAI and most servers write them. */
export const CHAT_ANSWERS: AnswerDialect = {
  readText: (content) => readText(content, 'content'),
  readReasoning,
  readUsage,
  readFailure: (reply) => readFailure(reply),
  failedFinishes: new Map(),
};

/** The failure that a finish reason stands for; undefined for one that ends an answer. */
export function failureOfFinish(word: string, answers: AnswerDialect): Failure | undefined {
  const failureClass = answers.failedFinishes.get(word);
  return failureClass === undefined
    ? undefined
    : makeFailure(failureClass, `the provider broke the answer off: ${word}`);
}
