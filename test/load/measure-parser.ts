import { createParser } from 'eventsource-parser';
import { spreadOf } from '../../infra/report/quantile.ts';
import { SseReader } from '../../shared/adapters/providers/http/sse-reader.ts';
import { ChatStream } from '../../shared/adapters/providers/openai-compatible/stream.ts';
import type { AnswerSink } from '../../shared/ports/provider.ts';

const DELTAS = 5_000;

export interface ParserFigures {
  /** µs a delta: the product's own reader of OpenAI chat streams. */
  readonly ours: number;
  /** µs a delta: eventsource-parser and JSON.parse and nothing else. */
  readonly bare: number;
}

/** What it costs to read one delta, taken as the median of rounds in which both parsers read the same stream. */
export function measureParser(rounds: number): ParserFigures {
  const pieces = makePieces();
  const ours: number[] = [];
  const bare: number[] = [];
  // The first tenth of the rounds warms up both.
  const warmUp = Math.ceil(rounds / 10);
  for (let round = 0; round < rounds + warmUp; round += 1) {
    const oursUs = microsecondsOf(() => readWithOurs(pieces));
    const bareUs = microsecondsOf(() => readBare(pieces));
    if (round < warmUp) continue;
    ours.push(oursUs);
    bare.push(bareUs);
  }
  return { ours: spreadOf(ours)?.p50 ?? 0, bare: spreadOf(bare)?.p50 ?? 0 };
}

function microsecondsOf(read: () => number): number {
  const startedAt = performance.now();
  const characters = read();
  const elapsedMs = performance.now() - startedAt;
  if (characters !== DELTAS * TEXT.length) throw new Error('a parser lost text');
  return (elapsedMs * 1_000) / DELTAS;
}

const TEXT = 'w1_0 w1_1 w1_2 w1_3 ';

/** One event a piece, as a provider that streams word by word sends them. */
function makePieces(): string[] {
  const base = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_700_000_000 };
  const piece = (delta: object, reason: string | null) => {
    const choices = [{ index: 0, delta, finish_reason: reason }];
    return `data: ${JSON.stringify({ ...base, model: 'bench', choices })}\n\n`;
  };
  const pieces = Array.from({ length: DELTAS }, () => piece({ content: TEXT }, null));
  return [...pieces, piece({}, 'stop'), 'data: [DONE]\n\n'];
}

function readWithOurs(pieces: readonly string[]): number {
  const sink = new CountingSink();
  const reader = new SseReader(new ChatStream(sink));
  for (const piece of pieces) reader.push(piece);
  return sink.characters;
}

interface Chunk {
  readonly choices: readonly { readonly delta: { readonly content?: string } }[];
}

function readBare(pieces: readonly string[]): number {
  let characters = 0;
  const parser = createParser({
    onEvent: ({ data }) => {
      if (data === '[DONE]') return;
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a check of the shape would be measured, too.
      const chunk = JSON.parse(data) as Chunk;
      characters += chunk.choices[0]?.delta.content?.length ?? 0;
    },
  });
  for (const piece of pieces) parser.feed(piece);
  return characters;
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
