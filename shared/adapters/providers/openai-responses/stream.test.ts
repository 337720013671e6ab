import { describe, expect, it } from 'vitest';
import type { CallOutcome } from '../../../ports/provider.ts';
import { RecordingSink } from '../testing/recording-sink.ts';
import { ResponseStream } from './stream.ts';

const CREATED = { type: 'response.created', response: { model: 'm-2026', error: null } };
const USAGE = {
  input_tokens: 20,
  input_tokens_details: { cached_tokens: 5, cache_write_tokens: 2 },
  output_tokens: 9,
  output_tokens_details: { reasoning_tokens: 4 },
};
const COMPLETED = { type: 'response.completed', response: { status: 'completed', usage: USAGE } };

describe('ResponseStream', () => {
  it('reads reasoning, text, usage and model up to response.completed', () => {
    const { sink, outcome } = play([
      CREATED,
      delta('reasoning_summary_text', 'H'),
      delta('reasoning_text', 'm'),
      delta('output_text', 'Hel'),
      delta('output_text', 'lo'),
      { type: 'response.output_text.done', text: 'Hello' },
      COMPLETED,
    ]);

    expect(sink).toMatchObject({ answerText: 'Hello', reasoningText: 'Hm' });
    expect(outcome).toMatchObject({
      kind: 'completed',
      finishReason: 'stop',
      responseModel: 'm-2026',
      usage: {
        inputTokens: 20,
        cachedInputTokens: 5,
        cacheWriteTokens: 2,
        outputTokens: 9,
        reasoningTokens: 4,
      },
    });
  });

  it('numbers calls by themselves, and joins their interleaved pieces', () => {
    const { sink, outcome } = play([
      CREATED,
      added(1, { call_id: 'a', name: 'f', arguments: '' }),
      argumentsDelta(1, '{"x"'),
      added(3, { call_id: 'b', name: 'g', arguments: '' }),
      argumentsDelta(3, '{}'),
      argumentsDelta(1, ':1}'),
      done(1, { call_id: 'a', name: 'f', arguments: '{"x":1}' }),
      done(3, { call_id: 'b', name: 'g', arguments: '{}' }),
      COMPLETED,
    ]);

    expect(outcome).toMatchObject({ kind: 'completed', finishReason: 'tool_calls' });
    expect(sink.toolCalls).toEqual([
      { index: 0, id: 'a', name: 'f', argumentsText: '{"x":1}' },
      { index: 1, id: 'b', name: 'g', argumentsText: '{}' },
    ]);
  });

  it('takes arguments that come only with the finished item, and none for an empty object', () => {
    const { sink } = play([
      CREATED,
      done(0, { call_id: 'a', name: 'f', arguments: '{"x":1}' }),
      added(1, { call_id: 'b', name: 'g', arguments: '' }),
      done(1, { call_id: 'b', name: 'g', arguments: '' }),
      COMPLETED,
    ]);

    expect(sink.toolCalls.map(({ argumentsText }) => argumentsText)).toEqual(['{"x":1}', '{}']);
  });

  it('reads a refusal as a filter, and not as text', () => {
    const { sink, outcome } = play([CREATED, delta('refusal', 'No.'), COMPLETED]);

    expect(outcome).toMatchObject({ kind: 'completed', finishReason: 'content_filter' });
    expect(sink.answerText).toBe('');
  });

  it.each([
    ['max_output_tokens', 'length'],
    ['content_filter', 'content_filter'],
    ['a new reason', 'error'],
  ])('reads a response that is incomplete for %s as %s', (reason, finishReason) => {
    const { outcome } = play([
      CREATED,
      { type: 'response.incomplete', response: { incomplete_details: { reason }, usage: USAGE } },
    ]);

    expect(outcome).toMatchObject({ kind: 'completed', finishReason, usage: { outputTokens: 9 } });
  });

  it.each([
    ['an error event', { type: 'error', error: { code: 'rate_limit_exceeded' } }, 'rate_limit'],
    ['a flat error event', { type: 'error', code: 'insufficient_quota' }, 'insufficient_quota'],
    [
      'a failed response',
      { type: 'response.failed', response: { error: { code: 'server_is_overloaded' } } },
      'overloaded',
    ],
    ['a failed response without a word', { type: 'response.failed', response: {} }, 'server'],
    ['a blamed prompt', { type: 'error', error: { code: 'invalid_prompt' } }, 'invalid_request'],
  ])('fails on %s', (_name, event, failureClass) => {
    const { sink, outcome } = play([CREATED, delta('output_text', 'Hi'), event, COMPLETED]);

    expect(outcome).toMatchObject({ kind: 'failed', failure: { class: failureClass } });
    expect(sink.answerText).toBe('Hi');
  });

  it('takes an end without a closing event for a truncated answer', () => {
    const { outcome } = play([CREATED, delta('output_text', 'Hi')]);

    expect(outcome).toMatchObject({ kind: 'failed', failure: { class: 'server' } });
  });

  it('takes items for payload, but not the start, repeats, empty deltas or unknown events', () => {
    const stream = new ResponseStream(new RecordingSink());
    const events = [
      CREATED,
      { type: 'response.in_progress' },
      { type: 'response.output_item.added', item: { type: 'reasoning' } },
      delta('output_text', ''),
      { type: 'response.output_text.done', text: 'Hi' },
      { type: 'new_thing' },
    ];

    const answers = events.map((event) => stream.push(JSON.stringify(event)));

    expect(answers).toEqual([false, false, true, false, false, false]);
  });

  it('fails on broken JSON and on calls without end', () => {
    const broken = new ResponseStream(new RecordingSink());
    const endless = play(Array.from({ length: 1_025 }, (_, index) => added(index, { name: 'f' })));

    broken.push('{"type":');

    expect(broken.outcome).toMatchObject({ kind: 'failed', failure: { class: 'server' } });
    expect(endless.outcome).toMatchObject({ kind: 'failed', failure: { class: 'server' } });
  });
});

function play(events: readonly unknown[]): { sink: RecordingSink; outcome: CallOutcome } {
  const sink = new RecordingSink();
  const stream = new ResponseStream(sink);
  for (const event of events) {
    if (stream.outcome === undefined) stream.push(JSON.stringify(event));
  }
  return { sink, outcome: stream.outcome ?? stream.end() };
}

function delta(of: string, text: string): unknown {
  return { type: `response.${of}.delta`, delta: text, sequence_number: 1 };
}

function argumentsDelta(outputIndex: number, text: string): unknown {
  return {
    type: 'response.function_call_arguments.delta',
    output_index: outputIndex,
    delta: text,
  };
}

function added(outputIndex: number, item: object): unknown {
  return itemEvent('added', outputIndex, item);
}

function done(outputIndex: number, item: object): unknown {
  return itemEvent('done', outputIndex, item);
}

function itemEvent(what: 'added' | 'done', outputIndex: number, item: object): unknown {
  return {
    type: `response.output_item.${what}`,
    output_index: outputIndex,
    item: { type: 'function_call', ...item },
  };
}
