import type { Failure } from '../../../core/failure.ts';
import type { AnswerSink, CallOutcome, ProviderCall } from '../../../ports/provider.ts';

/** What a family of providers has to say about its wire format; the transport in this folder does the rest. */
export interface ProviderApi {
  /** Path and query of the call, below the origin. */
  path(call: ProviderCall): string;
  readonly headers: Readonly<Record<string, string>>;
  /** Headers of a call with streaming, over the others. Absent: none. */
  readonly streamHeaders?: Readonly<Record<string, string>>;
  /** Calls that the provider answers in a stream only: they are streamed whatever was asked. Absent: none. */
  readonly mustStream?: ((call: ProviderCall) => boolean) | undefined;
  /** How a stream is cut: server-sent events, or a JSON document a line. Absent: events. */
  readonly streamFraming?: 'events' | 'lines';
  /** The request's body, to be sent as JSON. */
  requestBody(call: ProviderCall): unknown;
  openStream(sink: AnswerSink): AnswerStream;
  /** Reads a whole JSON answer that came with a success status. It may still be an error. */
  readReply(body: unknown, sink: AnswerSink): CallOutcome;
  readFailure(reply: ErrorReply): Failure;
}

/** The state of one streamed answer. */
export interface AnswerStream {
  /**
   * Takes the data of one event, or one line. True: it brought the answer forward. Keep-alives and empty shells do not, and so do
   * not re-arm a watchdog.
   */
  push(data: string): boolean;
  /** Set once the answer is over: the end marker or an error was read. Later events are ignored. */
  readonly outcome: CallOutcome | undefined;
  /** The body ended cleanly without an outcome. */
  end(): CallOutcome;
}

/** An answer that is an error: by its status, or by an error object inside a success. */
export interface ErrorReply {
  /** The HTTP status as received, 200 for an error inside a success. */
  readonly status: number;
  /** The parsed body or event; undefined when it was no JSON. */
  readonly body: unknown;
  /** What the headers asked for. Undefined: they did not, or the status was a success. */
  readonly retryAfterMs?: number | undefined;
}
