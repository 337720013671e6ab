import { describe, expect, it } from 'vitest';
import { readReply } from '../openai-compatible/reply.ts';
import { ChatStream } from '../openai-compatible/stream.ts';
import { RecordingSink } from '../testing/recording-sink.ts';
import { AnswerReader } from './answer-reader.ts';
import type { ProviderApi } from './provider-api.ts';

const api: ProviderApi = {
  path: () => '/',
  headers: {},
  requestBody: () => ({}),
  openStream: (sink) => new ChatStream(sink),
  readReply,
  readFailure: () => {
    throw new Error('not used here');
  },
};

const DELTA = '{"choices":[{"delta":{"content":"h\u00e9\u{1f600}"}}]}';
const FINISH = '{"choices":[{"delta":{},"finish_reason":"stop"}]}';

describe('AnswerReader', () => {
  it.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ])('reads events framed by %s that arrive byte by byte', (_name, end) => {
    const body = [`: comment`, `event: __proto__`, `data:${DELTA}`, '', `data: ${FINISH}`, ''];
    const { reader, sink } = open();

    for (const byte of Buffer.from(`\ufeff${body.join(end)}${end}data: [DONE]`)) {
      reader.push(Uint8Array.of(byte));
    }

    expect(reader.end()).toMatchObject({ kind: 'completed', finishReason: 'stop' });
    expect(sink.answerText).toBe('h\u00e9\u{1f600}');
  });

  it('takes a document for a stream that was asked for, behind blank lines', () => {
    const { reader, sink } = open();

    reader.push(Buffer.from('\n\n'));
    reader.push(Buffer.from('\n{"choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}]}'));

    expect(reader.end()).toMatchObject({ kind: 'completed', finishReason: 'stop' });
    expect(sink.answerText).toBe('Hi');
  });

  it('reads a document a line where the family says so, byte by byte', () => {
    const { reader, sink } = open({ ...api, streamFraming: 'lines' });

    for (const byte of Buffer.from(`\n${DELTA}\r\n${FINISH}`)) reader.push(Uint8Array.of(byte));

    expect(reader.end()).toMatchObject({ kind: 'completed', finishReason: 'stop' });
    expect(sink.answerText).toBe('h\u00e9\u{1f600}');
  });

  it('takes a web page for none of the lines that were asked for', () => {
    const { reader } = open({ ...api, streamFraming: 'lines' });

    reader.push(Buffer.from('<html>\n</html>\n'));

    expect(reader.end()).toMatchObject({
      kind: 'failed',
      failure: { message: 'the provider answered with a web page' },
    });
  });

  it('says of each piece whether it brought the answer forward', () => {
    const { reader } = open();
    const pieces = [': ping\n\n', `data: ${DELTA}`, '\n\n', 'data: {"choices":[]}\n\n'];

    const answers = pieces.map((piece) => reader.push(Buffer.from(piece)));

    expect(answers).toEqual([false, false, true, false]);
  });

  it('ignores what follows the end marker', () => {
    const { reader, sink } = open();

    reader.push(Buffer.from(`data: ${FINISH}\n\ndata: [DONE]\n\ndata: ${DELTA}\n\n`));

    expect(reader.outcome).toMatchObject({ kind: 'completed' });
    expect(sink.answerText).toBe('');
  });

  it('fails on bytes that are no UTF-8, though they stand inside sound JSON', () => {
    const { reader } = open();
    const event = Buffer.from('data: {"choices":[{"delta":{"content":"?"}}]}\n\n');
    event[event.indexOf('?')] = 0xff;

    reader.push(event);

    expect(reader.outcome).toMatchObject({ kind: 'failed', failure: { class: 'server' } });
  });

  it('fails on an event that grows above the bound', () => {
    const { reader } = open();
    const piece = Buffer.from('x'.repeat(100_000));

    reader.push(Buffer.from('data: '));
    for (let count = 0; count < 11; count += 1) reader.push(piece);

    expect(reader.outcome).toMatchObject({ kind: 'failed', failure: { class: 'server' } });
  });

  it('takes what follows an event above the bound for nothing', () => {
    const { reader, sink } = open();
    reader.push(Buffer.from(`data: ${'x'.repeat(1_100_000)}`));

    const hadPayload = reader.push(Buffer.from(`\n\ndata: ${DELTA}\n\n`));

    expect(hadPayload).toBe(false);
    expect(reader.end()).toMatchObject({ kind: 'failed', failure: { class: 'server' } });
    expect(sink.answerText).toBe('');
  });

  it('fails on a body that never ends, whatever it is made of', () => {
    const { reader } = open();
    const piece = Buffer.from(`: ${'x'.repeat(8_000_000)}\n`);

    for (let count = 0; count < 34; count += 1) reader.push(piece);

    expect(reader.outcome).toMatchObject({ kind: 'failed', failure: { class: 'server' } });
  });

  it('fails on a document that grows above the bound', () => {
    const { reader } = open();
    const piece = Buffer.from(`{"a":"${'x'.repeat(1_000_000)}`);

    for (let count = 0; count < 9; count += 1) reader.push(piece);

    expect(reader.outcome).toMatchObject({ kind: 'failed', failure: { class: 'server' } });
  });
});

function open(family: ProviderApi = api): { reader: AnswerReader; sink: RecordingSink } {
  const sink = new RecordingSink();
  return { reader: new AnswerReader({ api: family, sink, stream: true }), sink };
}
