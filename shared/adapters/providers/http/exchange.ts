import type { Dispatcher } from 'undici';
import { makeFailure } from '../../../core/failure.ts';
import type { AnswerSink, CallOutcome, LimitHint, ProviderCall } from '../../../ports/provider.ts';
import { AnswerReader } from './answer-reader.ts';
import { ErrorBody } from './error-body.ts';
import { failed } from './failure.ts';
import { readLimitHints } from './limit-hints.ts';
import type { ProviderApi } from './provider-api.ts';
import { type Timeouts, Watchdogs, type Watched } from './watchdogs.ts';

/** One call and what it is made with. */
export interface ExchangeOptions {
  readonly dispatcher: Dispatcher;
  readonly api: ProviderApi;
  readonly timeouts: Timeouts;
  readonly call: ProviderCall;
  readonly sink: AnswerSink;
  readonly signal: AbortSignal;
}

/** Makes one HTTP request and reads its answer into the sink. Never retries, and rejects only on a defect of ours. */
export function exchange(options: ExchangeOptions): Promise<CallOutcome> {
  if (options.signal.aborted) return Promise.resolve({ kind: 'aborted' });
  return new Promise((resolve, reject) => {
    const running = new Exchange(options, { resolve, reject });
    running.start();
  });
}

interface Settlers {
  readonly resolve: (outcome: CallOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One request in flight. It works on undici's callbacks, not on its streams: a piece of the body is parsed in the
 * callback that brings it, and nothing is awaited unless the sink is full.
 */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #options: ExchangeOptions;
  readonly #settlers: Settlers;
  readonly #watchdogs: Watchdogs;
  readonly #onAbort = (): void => this.#settle({ kind: 'aborted' });
  #controller: Dispatcher.DispatchController | undefined;
  #status: number | undefined;
  #limits: readonly LimitHint[] = [];
  #reader: AnswerReader | undefined;
  #error: ErrorBody | undefined;
  /** The answer is complete; only the end of the body is awaited, so that the connection can serve again. */
  #complete: CallOutcome | undefined;
  #isSettled = false;

  constructor(options: ExchangeOptions, settlers: Settlers) {
    this.#options = options;
    this.#settlers = settlers;
    this.#watchdogs = new Watchdogs(options.timeouts, (watched, limitMs) =>
      this.#expire(watched, limitMs),
    );
  }

  start(): void {
    const { api, call, dispatcher, signal } = this.#options;
    signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#watchdogs.expect('connection');
    this.#guard(() =>
      dispatcher.dispatch(
        {
          method: 'POST',
          path: api.path(call),
          headers: {
            'content-type': 'application/json',
            accept: call.stream ? 'text/event-stream' : 'application/json',
            'accept-encoding': 'identity',
            'user-agent': 'switchyard',
            ...api.headers,
            ...(call.stream ? api.streamHeaders : {}),
          },
          body: JSON.stringify(api.requestBody(call)),
          // The watchdogs do this: undici's timers tick coarsely and take keep-alives for progress.
          headersTimeout: 0,
          bodyTimeout: 0,
        },
        this,
      ),
    );
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isSettled) {
      controller.abort(new Error('the call was over before it was sent'));
    } else if (this.#options.call.stream) {
      this.#watchdogs.expect('first payload');
    } else {
      this.#watchdogs.pause();
    }
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    if (this.#isSettled || status < 200) return;
    this.#status = status;
    this.#limits = readLimitHints(headers);
    if (status < 300) {
      const { api, sink, call } = this.#options;
      this.#reader = new AnswerReader({ api, sink, stream: call.stream });
    } else {
      this.#error = new ErrorBody(status, headers);
      this.#watchdogs.expect('error body');
    }
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isSettled || this.#complete !== undefined) return;
    this.#guard(() => {
      if (this.#error !== undefined) this.#readError(this.#error, chunk);
      else if (this.#reader !== undefined) this.#readAnswer(this.#reader, chunk);
    });
  }

  onResponseEnd(): void {
    if (!this.#isSettled) this.#guard(() => this.#settle(this.#atEnd()));
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (!this.#isSettled) this.#guard(() => this.#settle(this.#atBreak(error)));
  }

  #readError(error: ErrorBody, chunk: Buffer): void {
    error.push(chunk);
    if (error.isFull) this.#settle(failed(error.failure(this.#options.api)));
  }

  #readAnswer(reader: AnswerReader, chunk: Buffer): void {
    const hadPayload = reader.push(chunk);
    if (reader.outcome?.kind === 'completed') {
      this.#complete = reader.outcome;
      this.#watchdogs.expect('end of body');
    } else if (reader.outcome !== undefined) {
      this.#settle(reader.outcome);
    } else {
      if (hadPayload && this.#options.call.stream) this.#watchdogs.payload();
      if (this.#options.sink.isFull) this.#waitForSink();
    }
  }

  /** Stops reading; the provider feels it through TCP. A slow consumer is not a stalled provider. */
  #waitForSink(): void {
    this.#controller?.pause();
    this.#watchdogs.pause();
    this.#options.sink.drained().then(
      () => {
        if (this.#isSettled) return;
        if (this.#options.call.stream) this.#watchdogs.resume();
        this.#controller?.resume();
      },
      (error: unknown) => this.#throw(error),
    );
  }

  #atEnd(): CallOutcome {
    if (this.#complete !== undefined) return this.#complete;
    if (this.#error !== undefined) return failed(this.#error.failure(this.#options.api));
    if (this.#reader !== undefined) return this.#withStatus(this.#reader.end());
    return failed(makeFailure('server', 'the connection ended without an answer'));
  }

  #atBreak(error: Error): CallOutcome {
    if (this.#complete !== undefined) return this.#complete;
    if (this.#error !== undefined) return failed(this.#error.failure(this.#options.api));
    const failureClass = codeOf(error) === 'UND_ERR_CONNECT_TIMEOUT' ? 'timeout' : 'server';
    const message =
      this.#status === undefined
        ? `the connection to the provider failed: ${codeOf(error)}`
        : `the answer was truncated: the connection broke (${codeOf(error)})`;
    return failed(makeFailure(failureClass, message, { providerStatus: this.#status }));
  }

  #expire(watched: Watched, limitMs: number): void {
    this.#guard(() => this.#settle(this.#atExpiry(watched, limitMs)));
  }

  #atExpiry(watched: Watched, limitMs: number): CallOutcome {
    if (this.#complete !== undefined) return this.#complete;
    if (this.#error !== undefined) return failed(this.#error.failure(this.#options.api));
    const message = `no ${watched} within ${limitMs} ms`;
    return failed(makeFailure('timeout', message, { providerStatus: this.#status }));
  }

  /** A failure that was read from the body of a success says so. */
  #withStatus(outcome: CallOutcome): CallOutcome {
    if (outcome.kind !== 'failed' || outcome.failure.providerStatus !== undefined) return outcome;
    return { ...outcome, failure: { ...outcome.failure, providerStatus: this.#status } };
  }

  #settle(outcome: CallOutcome): void {
    if (!this.#release()) return;
    const told = this.#withStatus(outcome);
    const hasHints = told.kind !== 'aborted' && this.#limits.length > 0;
    this.#settlers.resolve(hasHints ? { ...told, limits: this.#limits } : told);
  }

  #throw(error: unknown): void {
    if (this.#release()) this.#settlers.reject(error);
  }

  /** Ends timers and, where the answer is still coming, the connection. False: that was done before. */
  #release(): boolean {
    if (this.#isSettled) return false;
    this.#isSettled = true;
    this.#watchdogs.close();
    this.#options.signal.removeEventListener('abort', this.#onAbort);
    // After a clean end this does nothing; before it, it destroys the socket at once.
    this.#controller?.abort(new Error('the call is over'));
    return true;
  }

  /** Undici would take a throw from its callbacks for a broken connection; a defect must surface as one. */
  #guard(work: () => unknown): void {
    try {
      work();
    } catch (error) {
      this.#throw(error);
    }
  }
}

/** The code of a network error; a name where it has none. Messages are not used: they carry addresses. */
function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
