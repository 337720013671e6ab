import type { ProviderConfig } from '../contracts/config/config.ts';
import type { JobRequest } from '../contracts/http/job-request.ts';
import type { ReasoningBlock } from '../contracts/reasoning-detail.ts';
import type { Failure } from '../core/failure.ts';
import type { FinishReason } from '../core/finish-reason.ts';
import type { Usage } from '../core/usage.ts';

/** One call to one deployment. */
export interface ProviderCall {
  /** The model's name at the provider. */
  readonly requestModel: string;
  readonly request: JobRequest;
  /** False: call without streaming and hand over the answer in one piece. */
  readonly stream: boolean;
  /** Bound of the answer when the request names none; some providers demand one. Tokens. */
  readonly maxOutputTokens?: number | undefined;
}

/**
 * Takes an answer as it comes, piece by piece, without a promise a piece. Text is never empty. After `isFull` turns true
 * the provider finishes the bytes in its hand and then waits for `drained` before it reads more.
 */
export interface AnswerSink {
  text(text: string): void;
  /**
   * `block` says which block of returnable reasoning the text belongs to; the text may be empty then. The pieces of one
   * block that bring nothing but text carry one and the same object.
   */
  reasoning(text: string, block?: ReasoningBlock): void;
  /** A tool call or a piece of one. `id` and `name` come once, `argumentsDelta` pieces are joined in order. */
  toolCall(index: number, piece: ToolCallPiece): void;
  readonly isFull: boolean;
  drained(): Promise<void>;
}

export interface ToolCallPiece {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly argumentsDelta?: string | undefined;
}

/** How much of one of its limits the provider says is left. */
export interface LimitHint {
  readonly of: 'requests' | 'tokens';
  readonly limit?: number;
  readonly remaining: number;
  /** Until the limit is whole again, milliseconds. Absent: it did not say. */
  readonly resetMs?: number;
}

/** How a call ended. `completed` only when the provider's own end marker was seen. */
export type CallOutcome =
  | {
      readonly kind: 'completed';
      readonly finishReason: FinishReason;
      /** Undefined: the provider reported none. */
      readonly usage?: Usage | undefined;
      readonly responseModel?: string | undefined;
      readonly limits?: readonly LimitHint[] | undefined;
    }
  | {
      readonly kind: 'failed';
      readonly failure: Failure;
      readonly usage?: Usage | undefined;
      readonly limits?: readonly LimitHint[] | undefined;
    }
  /** The caller's signal stopped it. */
  | { readonly kind: 'aborted' };

/** A provider's API in our words. Never retries: the router is the only retry loop. */
export interface Provider {
  call(call: ProviderCall, sink: AnswerSink, signal: AbortSignal): Promise<CallOutcome>;
  close(): Promise<void>;
}

/** What an adapter is built from. `apiKey` is read from the environment by the caller. */
export interface ProviderOptions {
  readonly config: ProviderConfig;
  readonly apiKey?: string | undefined;
}
