import { describe, expect, it } from 'vitest';
import type { CallOutcome } from '../../../ports/provider.ts';
import { LineReader } from './line-reader.ts';
import type { AnswerStream } from './provider-api.ts';

const END_LINE = 'end';
const DONE: CallOutcome = { kind: 'completed', finishReason: 'stop' };
const CUT_SHORT: CallOutcome = { kind: 'aborted' };

describe('LineReader', () => {
  it.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
  ])('cuts lines that end with %s and arrive character by character', (_name, lineEnd) => {
    const { reader, lines } = open();

    for (const character of ['a', '', 'bc', END_LINE].join(lineEnd)) reader.push(character);

    expect(reader.end()).toBe(DONE);
    expect(lines.map((line) => line.trim())).toEqual(['a', 'bc', END_LINE]);
  });

  it('says of each piece whether a line of it brought the answer forward', () => {
    const { reader } = open();

    const answers = ['\n', 'a', '\nb', '', '\n\n', ' \r\n'].map((piece) => reader.push(piece));

    expect(answers).toEqual([false, false, true, false, true, false]);
  });

  it('ignores what follows the end', () => {
    const { reader, lines } = open();

    reader.push(`a\n${END_LINE}\nlate\n`);

    expect(reader.outcome).toBe(DONE);
    expect(lines).toEqual(['a', END_LINE]);
  });

  it('leaves the verdict on a body without its end to the stream', () => {
    const { reader } = open();

    reader.push('a\n');

    expect(reader.end()).toBe(CUT_SHORT);
  });

  it.each([
    ['has not ended', 'x'.repeat(600_000)],
    ['ends', `${'x'.repeat(600_000)}\n`],
  ])('fails on a line above the bound that %s', (_name, lastPiece) => {
    const { reader, lines } = open();

    reader.push('x'.repeat(600_000));
    reader.push(lastPiece);

    expect(reader.outcome).toMatchObject({ kind: 'failed', failure: { class: 'server' } });
    expect(reader.end()).toMatchObject({ kind: 'failed' });
    expect(lines).toEqual([]);
  });
});

/** A reader over a stream that keeps its lines and is over at `END_LINE`. */
function open(): { reader: LineReader; lines: string[] } {
  const lines: string[] = [];
  const stream: AnswerStream = {
    push: (line) => {
      lines.push(line);
      return true;
    },
    get outcome() {
      return lines.at(-1)?.trim() === END_LINE ? DONE : undefined;
    },
    end: () => CUT_SHORT,
  };
  return { reader: new LineReader(stream), lines };
}
