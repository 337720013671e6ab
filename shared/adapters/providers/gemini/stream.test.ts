import { describe, expect, it } from 'vitest';
import type { CallOutcome } from '../../../ports/provider.ts';
import { RecordingSink } from '../testing/recording-sink.ts';
import { readReply } from './reply.ts';
import { GenerateStream } from './stream.ts';

describe('GenerateStream', () => {
  it('reads thoughts, text, the last usage and the model', () => {
    const { sink, outcome } = play([
      { ...chunk([{ text: 'Hm', thought: true }]), usageMetadata: { promptTokenCount: 9 } },
      { ...chunk([{ text: 'Hello' }]), modelVersion: 'gemini-x' },
      {
        ...chunk([{ text: '', thoughtSignature: 'abc' }], 'STOP'),
        usageMetadata: {
          promptTokenCount: 9,
          toolUsePromptTokenCount: 2,
          cachedContentTokenCount: 4,
          candidatesTokenCount: 5,
          thoughtsTokenCount: 7,
        },
      },
    ]);

    expect(sink).toMatchObject({ answerText: 'Hello', reasoningText: 'Hm' });
    expect(outcome).toMatchObject({
      kind: 'completed',
      finishReason: 'stop',
      responseModel: 'gemini-x',
      usage: { inputTokens: 11, cachedInputTokens: 4, outputTokens: 12, reasoningTokens: 7 },
    });
  });

  it('gives calls ids where the model gives none, and ends with tool_calls', () => {
    const { sink, outcome } = play([
      {
        responseId: 'r1',
        ...chunk(
          [{ functionCall: { name: 'f', args: { x: 1 } } }, { functionCall: { name: 'g' } }],
          'STOP',
        ),
      },
    ]);

    expect(outcome).toMatchObject({ kind: 'completed', finishReason: 'tool_calls' });
    expect(sink.toolCalls).toEqual([
      { index: 0, id: 'call_r1_0', name: 'f', argumentsText: '{"x":1}' },
      { index: 1, id: 'call_r1_1', name: 'g', argumentsText: '{}' },
    ]);
  });

  it.each([
    ['MAX_TOKENS', 'length'],
    ['SAFETY', 'content_filter'],
    ['MODEL_ARMOR', 'content_filter'],
    ['MALFORMED_FUNCTION_CALL', 'error'],
    ['NEXT_YEARS_WORD', 'error'],
  ])('reads the finish reason %s as %s', (word, finishReason) => {
    const { outcome } = play([chunk([{ text: 'Hi' }], word)]);

    expect(outcome).toMatchObject({ kind: 'completed', finishReason });
  });

  it('reads a blocked prompt as content_filter', () => {
    const { outcome } = play([{ promptFeedback: { blockReason: 'SAFETY' } }]);

    expect(outcome).toMatchObject({ kind: 'completed', finishReason: 'content_filter' });
  });

  it('takes an end without a finish reason for a truncated answer', () => {
    const { outcome } = play([chunk([{ text: 'Hi' }])]);

    expect(outcome).toMatchObject({ kind: 'failed', failure: { class: 'server' } });
  });

  it('fails on an error chunk, and on broken JSON', () => {
    const unavailable = { error: { code: 503, status: 'UNAVAILABLE', message: 'overloaded' } };
    const broken = new GenerateStream(new RecordingSink());

    const { outcome } = play([chunk([{ text: 'Hi' }]), unavailable]);
    broken.push('{"candidates":');

    expect(outcome).toMatchObject({ kind: 'failed', failure: { class: 'overloaded' } });
    expect(broken.outcome).toMatchObject({ kind: 'failed', failure: { class: 'server' } });
  });

  it('takes a chunk with usage alone for no payload', () => {
    const stream = new GenerateStream(new RecordingSink());

    expect(stream.push(JSON.stringify({ usageMetadata: { promptTokenCount: 1 } }))).toBe(false);
    expect(stream.push(JSON.stringify(chunk([{ text: 'Hi' }])))).toBe(true);
  });
});

describe('readReply', () => {
  it('reads one body, or a list of chunks', () => {
    const one = new RecordingSink();
    const list = new RecordingSink();

    const outcomes = [
      readReply(chunk([{ text: 'Hello' }], 'STOP'), one),
      readReply([chunk([{ text: 'Hel' }]), chunk([{ text: 'lo' }], 'STOP')], list),
    ];

    expect(outcomes.map(({ kind }) => kind)).toEqual(['completed', 'completed']);
    expect([one.answerText, list.answerText]).toEqual(['Hello', 'Hello']);
  });

  it.each([
    ['an empty object', {}],
    ['an empty list', []],
    ['a number', 7],
  ])('fails as a server fault on %s', (_name, body) => {
    expect(readReply(body, new RecordingSink())).toMatchObject({
      kind: 'failed',
      failure: { class: 'server' },
    });
  });
});

function play(chunks: readonly unknown[]): { sink: RecordingSink; outcome: CallOutcome } {
  const sink = new RecordingSink();
  const stream = new GenerateStream(sink);
  for (const item of chunks) stream.push(JSON.stringify(item));
  return { sink, outcome: stream.end() };
}

function chunk(parts: readonly unknown[], finishReason?: string): object {
  return { candidates: [{ content: { parts, role: 'model' }, finishReason, index: 0 }] };
}
