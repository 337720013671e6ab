import type { Failure } from '../../../core/failure.ts';
import { parseJson } from './json.ts';
import type { ProviderApi } from './provider-api.ts';
import { readRetryAfterMs } from './retry-after.ts';

/** Most bytes of an error body that are read; the rest is not waited for. */
const MAX_ERROR_BYTES = 65_536;

/** Collects the body of an error answer, of any content type, up to a bound. */
export class ErrorBody {
  readonly #status: number;
  readonly #retryAfterMs: number | undefined;
  /** Lenient on purpose: an error page in another encoding is still an error. */
  readonly #decoder = new TextDecoder('utf-8');
  #text = '';
  #bytes = 0;

  constructor(status: number, headers: Readonly<Record<string, string | string[] | undefined>>) {
    this.#status = status;
    this.#retryAfterMs = readRetryAfterMs(headers);
  }

  get isFull(): boolean {
    return this.#bytes >= MAX_ERROR_BYTES;
  }

  push(bytes: Uint8Array): void {
    const room = MAX_ERROR_BYTES - this.#bytes;
    this.#bytes += bytes.length;
    this.#text += this.#decoder.decode(bytes.subarray(0, room), { stream: true });
  }

  /** The failure, from as much of the body as came. */
  failure(api: ProviderApi): Failure {
    return api.readFailure({
      status: this.#status,
      body: parseJson(this.#text),
      retryAfterMs: this.#retryAfterMs,
    });
  }
}
