import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAMILY_APIS } from '../../../test/support/family-apis.ts';
import type { CallOutcome } from '../../ports/provider.ts';
import { AnswerReader } from './http/answer-reader.ts';
import {
  ANSWER_FIXTURES,
  type AnswerFixture,
  encodeFixture,
  FIXTURE_ARGUMENTS,
  FIXTURE_REASONING,
  FIXTURE_TEXT,
  type Frame,
} from './testing/answer-fixtures.ts';
import { DOCUMENT_FIXTURES } from './testing/document-fixtures.ts';
import { RecordingSink } from './testing/recording-sink.ts';

const RUNS = 100;

/** Far more than any of these bodies needs, milliseconds: beyond it the reader hangs. */
const MAX_READ_MS = 1_000;

const TRUE_TEXT = FIXTURE_TEXT.join('');
const TRUE_REASONING = FIXTURE_REASONING.join('');

interface Reading {
  readonly outcome: CallOutcome;
  readonly sink: PieceSink;
}

class PieceSink extends RecordingSink {
  readonly texts: string[] = [];

  override text(text: string): void {
    super.text(text);
    this.texts.push(text);
  }
}

const someCuts = fc.array(fc.nat(), { maxLength: 30 });

describe.each([...ANSWER_FIXTURES, ...DOCUMENT_FIXTURES])('a $name answer', (fixture) => {
  const { body, endAt } = encodeFixture(fixture);
  const whole = describeReading(read(fixture, [body]));

  it('says what it says', () => {
    expect(whole).toMatchObject({
      text: TRUE_TEXT,
      reasoning: TRUE_REASONING,
      outcome: { kind: 'completed', finishReason: 'tool_calls' },
    });
    expect(whole.calls).toMatchObject([{ name: 'get_weather', arguments: FIXTURE_ARGUMENTS }]);
    expect(whole.outcome).toMatchObject({ usage: { inputTokens: 9, outputTokens: 7 } });
  });

  it('says the same however it is cut', () => {
    const isSame = (cuts: readonly number[]) =>
      isDeepStrictEqual(describeReading(read(fixture, cutAt(body, cuts))), whole);
    const offsets = Array.from(body, (_byte, index) => index);

    const wrongCuts = offsets.filter((offset) => !isSame([offset]));

    expect(wrongCuts).toEqual([]);
    expect(isSame(offsets)).toBe(true);
    fc.assert(fc.property(someCuts, isSame), { numRuns: RUNS });
  });

  it('never completes without its end, and shows only what had come', () => {
    const isHonest = (length: number, cuts: readonly number[]) => {
      const { outcome, sink } = read(fixture, cutAt(body.subarray(0, length), cuts));
      const isPrefix =
        TRUE_TEXT.startsWith(sink.answerText) && TRUE_REASONING.startsWith(sink.reasoningText);
      return isPrefix && (length >= endAt || outcome.kind === 'failed');
    };
    const lengths = Array.from(body, (_byte, index) => index);

    const wrongLengths = lengths.filter((length) => !isHonest(length, []));

    expect(wrongLengths).toEqual([]);
    fc.assert(fc.property(fc.constantFrom(...lengths), someCuts, isHonest), { numRuns: RUNS });
  });

  it('says the same with the fields of its JSON in any order', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const frames = fixture.frames.map((frame) => reorderFrame(frame, seed));
        const reordered = encodeFixture({ ...fixture, frames });

        expect(describeReading(read(fixture, [reordered.body]))).toEqual(whole);
      }),
      { numRuns: RUNS },
    );
  });

  it('harms nobody with its bytes changed', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(changes, someCuts, (changed, cuts) => {
        const bytes = Buffer.from(body);
        for (const [at, byte] of changed) bytes[at % bytes.length] = byte;

        expect(inventions(fixture, bytes, cuts)).toEqual([]);
      }),
      { numRuns: RUNS * 4 },
    );
  });

  it('harms nobody with its bytes lost, doubled or moved', () => {
    const splices = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 40 }), fc.nat()), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(splices, someCuts, (spliced, cuts) => {
        const bytes = spliced.reduce(splice, Buffer.from(body));

        expect(inventions(fixture, bytes, cuts)).toEqual([]);
      }),
      { numRuns: RUNS * 2 },
    );
  });

  it('harms nobody with its frames lost, doubled or in another order', () => {
    const order = fc.array(fc.nat({ max: fixture.frames.length - 1 }), { maxLength: 40 });
    fc.assert(
      fc.property(order, (indexes) => {
        const frames = indexes.map((index) => fixture.frames[index] ?? '');

        expect(inventions(fixture, encodeFixture({ ...fixture, frames }).body)).toEqual([]);
      }),
      { numRuns: RUNS * 2 },
    );
  });

  it('harms nobody with values of another type in its fields', () => {
    const strange = fc.constantFrom<unknown>(null, 0, -1, 1e300, '', 'x', true, [], [[]], {}, [
      null,
    ]);
    fc.assert(
      fc.property(fc.nat(), strange, fc.nat({ max: 30 }), (seed, value, depth) => {
        const frames = fixture.frames.map((frame, index) =>
          replaceSomeField(frame, { value, at: (seed + index) % (depth + 1) }),
        );

        expect(inventions(fixture, encodeFixture({ ...fixture, frames }).body)).toEqual([]);
      }),
      { numRuns: RUNS * 4 },
    );
  });

  it('harms nobody with arguments and content nested without end', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    const nest = (field: string) =>
      Buffer.from(
        Buffer.from(body)
          .toString()
          .replaceAll(field, (found) => `${found.slice(0, -1)}${deep},"x":{`),
      );

    for (const field of ['"args":{', '"arguments":{', '"message":{', '"delta":{']) {
      expect(inventions(fixture, nest(field))).toEqual([]);
    }
  });

  it('harms nobody when it is made of garbage', () => {
    const garbage = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.array(garbageLine(), { maxLength: 12 }).map((lines) => Buffer.from(lines.join('\n'))),
    );
    fc.assert(
      fc.property(garbage, someCuts, (bytes, cuts) => {
        expect(inventions(fixture, bytes, cuts)).toEqual([]);
      }),
      { numRuns: RUNS * 2 },
    );
  });
});

/** Reads to the end whatever comes; the sink throws where the port is broken. */
function read({ kind, framing }: AnswerFixture, pieces: readonly Uint8Array[]): Reading {
  const sink = new PieceSink();
  const stream = framing !== 'document';
  const reader = new AnswerReader({ api: FAMILY_APIS[kind], sink, stream });
  const startedAt = performance.now();
  for (const piece of pieces) {
    reader.push(piece);
    if (reader.outcome !== undefined) break;
  }
  const outcome = reader.outcome ?? reader.end();
  const tookMs = performance.now() - startedAt;
  if (tookMs > MAX_READ_MS) throw new Error(`it took ${String(tookMs)} ms`);
  return { outcome, sink };
}

/** The texts that were shown but never sent. That reading ends at all is the other half of being harmless. */
function inventions(
  fixture: AnswerFixture,
  bytes: Uint8Array,
  cuts: readonly number[] = [],
): readonly string[] {
  const { sink } = read(fixture, cutAt(bytes, cuts));
  const sent = unescaped(Buffer.from(bytes).toString());
  return sink.texts.filter((text) => !sent.includes(withoutSigns(text)));
}

/** The body with its JSON escapes read, as a text inside it was read. */
function unescaped(body: string): string {
  return withoutSigns(
    body.replace(/\\(?:u([0-9a-f]{4})|([^u]))/gi, (_all, hex: string | undefined, sign: string) => {
      if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
      return 'bfnrt'.includes(sign) ? '' : sign;
    }),
  );
}

/** What JSON must or may write as an escape is left out on both sides. */
function withoutSigns(text: string): string {
  return text.replace(/["\\/\b\f\n\r\t]/g, '');
}

function describeReading({ outcome, sink }: Reading) {
  return {
    text: sink.answerText,
    reasoning: sink.reasoningText,
    calls: sink.toolCalls.map(({ id, name, argumentsText }) => {
      const parsed: unknown = JSON.parse(argumentsText);
      return { id, name, arguments: parsed };
    }),
    outcome,
  };
}

function cutAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const length = Math.max(1, bytes.length);
  const ends = [...new Set([...cuts.map((cut) => cut % length), bytes.length])];
  ends.sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

/** Takes a stretch out and puts it elsewhere: in again when `seed` is even. */
function splice(
  bytes: Buffer,
  [at, length, seed]: readonly [number, number, number],
): Buffer<ArrayBuffer> {
  const start = at % Math.max(1, bytes.length);
  const taken = bytes.subarray(start, start + length);
  const rest = Buffer.concat([bytes.subarray(0, start), bytes.subarray(start + length)]);
  if (seed % 2 === 1) return rest;
  const target = seed % (rest.length + 1);
  return Buffer.concat([rest.subarray(0, target), taken, rest.subarray(target)]);
}

function reorderFrame(frame: Frame, seed: number): Frame {
  return typeof frame === 'string' ? frame : reorderRecord(frame, seed);
}

function reorderRecord(record: object, seed: number): Record<string, unknown> {
  const entries = Object.entries(record).map(([key, value]): [string, unknown] => [
    key,
    reorderFields(value, seed),
  ]);
  const rank = ([key]: [string, unknown]) => hash(key, seed);
  return Object.fromEntries(entries.toSorted((a, b) => rank(a) - rank(b)));
}

function reorderFields(value: unknown, seed: number): unknown {
  if (Array.isArray(value)) return value.map((item) => reorderFields(item, seed));
  return typeof value === 'object' && value !== null ? reorderRecord(value, seed) : value;
}

function hash(text: string, seed: number): number {
  let sum = seed;
  for (const character of text) sum = (Math.imul(sum, 31) + character.charCodeAt(0)) | 0;
  return sum;
}

/** Puts `value` in place of the `at`th value below the frame, counted in depth. */
function replaceSomeField(frame: Frame, { value, at }: { value: unknown; at: number }): Frame {
  if (typeof frame === 'string') return frame;
  let left = at;
  const replaced: unknown = JSON.parse(JSON.stringify(frame), (key, old: unknown) => {
    if (key === '') return old;
    left -= 1;
    return left === -1 ? value : old;
  });
  return typeof replaced === 'object' && replaced !== null ? { ...replaced } : frame;
}

function garbageLine(): fc.Arbitrary<string> {
  const field = fc.constantFrom('data: ', 'data:', 'event: ', 'id:', ': ', 'retry: ', '', '\r');
  return fc.tuple(field, fc.oneof(fc.json(), fc.string({ unit: 'binary' }))).map((parts) => {
    return parts.join('');
  });
}
