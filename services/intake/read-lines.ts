const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** A line passed the bound; nothing after it can be trusted to be a line. */
export class LineTooLongError extends Error {
  override readonly name = 'LineTooLongError';
}

/** Splits a byte stream at newlines, CRLF or LF, without decoding. Throws LineTooLongError past `maxLineBytes`. */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  maxLineBytes: number,
): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array[] = [];
  let restBytes = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      yield trimReturn(join(rest, chunk.subarray(start, end)));
      rest = [];
      restBytes = 0;
      start = end + 1;
    }
    if (start < chunk.length) {
      rest.push(chunk.subarray(start));
      restBytes += chunk.length - start;
    }
    if (restBytes > maxLineBytes) throw new LineTooLongError(`over ${String(maxLineBytes)} bytes`);
  }
  if (restBytes > 0) yield trimReturn(Buffer.concat(rest));
}

function join(rest: readonly Uint8Array[], last: Uint8Array): Uint8Array {
  return rest.length === 0 ? last : Buffer.concat([...rest, last]);
}

function trimReturn(line: Uint8Array): Uint8Array {
  return line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line;
}
