import type { AnswerSink, CallOutcome } from '../../../ports/provider.ts';
import { protocolFailure, truncated } from './failure.ts';
import { parseJson } from './json.ts';
import { LineReader } from './line-reader.ts';
import type { ProviderApi } from './provider-api.ts';
import { SseReader } from './sse-reader.ts';

/**
 * Most characters of an answer that comes as one JSON document; beyond it the call fails. Ten times the longest answer
 * that any model can give.
 */
const MAX_DOCUMENT_CHARACTERS = 8_388_608;

/**
 * Most bytes of an answer, keep-alives and all; beyond it the call fails. Some servers spend 500 bytes on each token, and
 * no model gives more than some hundred thousand of them.
 */
const MAX_BODY_BYTES = 268_435_456;

/** What a body is read with. */
export interface AnswerReaderOptions {
  readonly api: ProviderApi;
  readonly sink: AnswerSink;
  readonly stream: boolean;
}

/**
 * Reads the body of a success, in pieces cut anywhere. What the body is, its first character says: content types lie
 * (a JSON error labelled as an event stream, a stream request answered by one document, a proxy's HTML page).
 */
export class AnswerReader {
  readonly #api: ProviderApi;
  readonly #sink: AnswerSink;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  #form: 'unknown' | 'stream' | 'document';
  #stream: SseReader | LineReader | undefined;
  #document: string[] = [];
  #documentCharacters = 0;
  #bytes = 0;
  #broken: CallOutcome | undefined;

  constructor(options: AnswerReaderOptions) {
    this.#api = options.api;
    this.#sink = options.sink;
    this.#form = options.stream ? 'unknown' : 'document';
  }

  /** Set once the answer is over, by its end marker or by an error. */
  get outcome(): CallOutcome | undefined {
    return this.#stream?.outcome ?? this.#broken;
  }

  /** Takes bytes. True: they brought the answer forward. */
  push(bytes: Uint8Array): boolean {
    this.#bytes += bytes.length;
    if (this.#bytes > MAX_BODY_BYTES) return this.#refuse();
    const text = this.#decode(bytes);
    if (text === undefined || text === '') return false;
    if (this.#form === 'unknown') this.#chooseForm(text);
    if (this.#form === 'stream') return this.#stream?.push(text) ?? false;
    return this.#form === 'document' && this.#collect(text);
  }

  /** The body ended cleanly. */
  end(): CallOutcome {
    if (this.#decode(undefined) === undefined) return truncated();
    if (this.#stream !== undefined) return this.#stream.end();
    if (this.#broken !== undefined) return this.#broken;
    const text = this.#document.join('');
    if (text.trim() === '') return truncated();
    const body = parseJson(text);
    if (body !== undefined) return this.#api.readReply(body, this.#sink);
    return protocolFailure(
      text.trimStart().startsWith('<')
        ? 'the provider answered with a web page'
        : 'the provider answered with broken JSON',
    );
  }

  /** `undefined` in ends the text; `undefined` out means that it is not UTF-8. */
  #decode(bytes: Uint8Array | undefined): string | undefined {
    try {
      return bytes === undefined
        ? this.#decoder.decode()
        : this.#decoder.decode(bytes, { stream: true });
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      this.#broken = protocolFailure('the answer is not valid UTF-8');
      return undefined;
    }
  }

  /**
   * Blank lines before the answer are keep-alives (DeepSeek) and decide nothing. Where every line is a document, one
   * document alone is a stream of one line.
   */
  #chooseForm(text: string): void {
    const first = text.trimStart().charAt(0);
    if (first === '') return;
    const hasLines = this.#api.streamFraming === 'lines';
    if (first === '<' || (!hasLines && (first === '{' || first === '['))) {
      this.#form = 'document';
      return;
    }
    this.#form = 'stream';
    const stream = this.#api.openStream(this.#sink);
    this.#stream = hasLines ? new LineReader(stream) : new SseReader(stream);
  }

  #collect(text: string): boolean {
    this.#documentCharacters += text.length;
    if (this.#documentCharacters > MAX_DOCUMENT_CHARACTERS) return this.#refuse();
    this.#document.push(text);
    return text.trim() !== '';
  }

  #refuse(): false {
    this.#broken = protocolFailure('the answer is too large');
    this.#document = [];
    return false;
  }
}
