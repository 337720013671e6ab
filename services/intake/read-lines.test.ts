import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineTooLongError, readLines } from './read-lines.ts';

describe('readLines', () => {
  it.each([
    ['nothing', '', []],
    ['a last line without a newline', 'a\nb', ['a', 'b']],
    ['no line after the last newline', 'a\nb\n', ['a', 'b']],
    ['empty lines, which keep their number', 'a\n\n\nb\n', ['a', '', '', 'b']],
    ['CRLF and LF', 'a\r\nb\nc\r\n', ['a', 'b', 'c']],
    ['a carriage return inside a line', 'a\rb\n', ['a\rb']],
  ])('gives out %s', async (_what, text, expected) => {
    expect(await linesOf([Buffer.from(text)])).toEqual(expected);
  });

  it('gives out the same lines however the stream is cut, also inside a character', async () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 40 });
    const anyText = fc.string({ unit: fc.constantFrom('a', 'é', '😀', '\n', '\r\n') });
    await fc.assert(
      fc.asyncProperty(anyText, cuts, async (text, sizes) => {
        const expected = text.split('\n').map((line) => line.replace(/\r$/, ''));
        if (expected.at(-1) === '') expected.pop();

        const lines = await linesOf(cut(Buffer.from(text), sizes));

        expect(lines).toEqual(expected);
      }),
    );
  });

  it('takes a line of the longest size and gives up beyond it', async () => {
    const chunks = cut(Buffer.from(`12345678\n${'x'.repeat(100)}`), [3]);
    const seen: string[] = [];
    const read = async () => {
      for await (const line of readLines(stream(chunks), 8)) seen.push(line.toString());
    };

    await expect(read()).rejects.toThrow(LineTooLongError);
    expect(seen).toHaveLength(1);
  });

  it('does not read on past a line that is too long: memory stays bounded', async () => {
    let chunksRead = 0;
    const endless = (async function* () {
      for (;;) {
        chunksRead += 1;
        yield Buffer.alloc(10, 'x');
      }
    })();

    await expect(readLines(endless, 100).next()).rejects.toThrow(LineTooLongError);
    expect(chunksRead).toBe(11);
  });
});

async function linesOf(chunks: readonly Uint8Array[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of readLines(stream(chunks), 1_000_000)) {
    lines.push(Buffer.from(line).toString());
  }
  return lines;
}

async function* stream(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

/** Cuts bytes into chunks of the given sizes, over and over. */
function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let start = 0;
  for (let index = 0; start < bytes.length; index += 1) {
    const end = start + (sizes[index % sizes.length] ?? 1);
    chunks.push(bytes.subarray(start, end));
    start = end;
  }
  return chunks;
}
