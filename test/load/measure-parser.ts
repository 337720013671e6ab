import { createParser } from 'eventsource-parser';
import { spreadOf } from '../../infra/report/quantile.ts';
import { AnswerReader } from '../../shared/adapters/providers/http/answer-reader.ts';
import type { AnswerSink } from '../../shared/ports/provider.ts';
import { FAMILY_APIS } from '../support/family-apis.ts';
import { DELTA_TEXT, PARSER_FORMATS, type ParserFormat } from './parser-formats.ts';

const DELTAS = 5_000;

/** A format is read fast enough when a delta costs no more than this, or no more than twice the bare parser's cost. */
const FAST_US = 10;
const FAST_RATIO = 2;

export interface ParserFigures {
  readonly format: string;
  /** µs a delta: the product's own reader, from bytes to the sink. */
  readonly ours: number;
  /** µs a delta: cutting the text into JSON texts, JSON.parse, and nothing else. */
  readonly bare: number;
  readonly isMet: boolean;
}

/** What it costs to read one delta, taken as the median of rounds in which both parsers read the same answer. */
export function measureParser(rounds: number): readonly ParserFigures[] {
  return PARSER_FORMATS.map((format) => {
    const pieces = makePieces(format);
    const bytes = pieces.map((piece) => Buffer.from(piece));
    const ours: number[] = [];
    const bare: number[] = [];
    // The first tenth of the rounds warms up both.
    const warmUp = Math.ceil(rounds / 10);
    for (let round = 0; round < rounds + warmUp; round += 1) {
      const oursUs = microsecondsOf(() => readWithOurs(format, bytes), DELTAS * DELTA_TEXT.length);
      const bareUs = microsecondsOf(() => readBare(format, pieces), pieces.length);
      if (round < warmUp) continue;
      ours.push(oursUs);
      bare.push(bareUs);
    }
    return judge(format.name, spreadOf(ours)?.p50 ?? 0, spreadOf(bare)?.p50 ?? 0);
  });
}

function judge(format: string, ours: number, bare: number): ParserFigures {
  return { format, ours, bare, isMet: ours <= FAST_US || ours <= FAST_RATIO * bare };
}

/** `expected` is what `read` must answer when nothing was lost. */
function microsecondsOf(read: () => number, expected: number): number {
  const startedAt = performance.now();
  const counted = read();
  const elapsedMs = performance.now() - startedAt;
  if (counted !== expected) throw new Error('a parser lost text');
  return (elapsedMs * 1_000) / DELTAS;
}

/** One frame a piece, as a provider that streams word by word sends them. */
function makePieces({ head, delta, tail }: ParserFormat): string[] {
  const deltas = Array.from({ length: DELTAS }, () => delta);
  return [head, ...deltas, tail].filter((piece) => piece !== '');
}

/** The characters of the answer. */
function readWithOurs({ kind }: ParserFormat, pieces: readonly Uint8Array[]): number {
  const sink = new CountingSink();
  const reader = new AnswerReader({ api: FAMILY_APIS[kind], sink, stream: true });
  for (const piece of pieces) reader.push(piece);
  const { kind: end } = reader.outcome ?? reader.end();
  return end === 'completed' ? sink.characters : 0;
}

/** The number of pieces in which something was parsed, or all of them where the pieces are one document. */
function readBare({ framing }: ParserFormat, pieces: readonly string[]): number {
  switch (framing) {
    case 'document':
      JSON.parse(pieces.join(''));
      return pieces.length;
    case 'lines':
      return pieces.filter((piece) => piece.split('\n').some(parses)).length;
    case 'events':
      return countEventPieces(pieces);
  }
}

function countEventPieces(pieces: readonly string[]): number {
  let parsed = false;
  let count = 0;
  const parser = createParser({
    onEvent: ({ data }) => {
      parsed = parses(data) || parsed;
    },
  });
  for (const piece of pieces) {
    parsed = false;
    parser.feed(piece);
    if (parsed) count += 1;
  }
  return count;
}

function parses(text: string): boolean {
  if (text === '' || text === '[DONE]') return false;
  JSON.parse(text);
  return true;
}

class CountingSink implements AnswerSink {
  characters = 0;
  readonly isFull = false;

  text(text: string): void {
    this.characters += text.length;
  }

  reasoning(): void {
    throw new Error('the stream has no reasoning');
  }

  toolCall(): void {
    throw new Error('the stream has no tool calls');
  }

  drained(): Promise<void> {
    return Promise.resolve();
  }
}
