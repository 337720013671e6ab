import { describe, expect, it } from 'vitest';
import type { CallOutcome } from '../../../ports/provider.ts';
import { RecordingSink } from '../testing/recording-sink.ts';
import { MessageStream } from './stream.ts';

const START = {
  type: 'message_start',
  message: {
    model: 'claude-x',
    usage: {
      input_tokens: 10,
      cache_read_input_tokens: 4,
      cache_creation_input_tokens: 2,
      output_tokens: 1,
    },
  },
};
const STOP = { type: 'message_stop' };

describe('MessageStream', () => {
  it('reads thinking, text, usage and model up to message_stop', () => {
    const { sink, outcome } = play([
      START,
      block(0, { type: 'thinking', thinking: '' }),
      delta(0, { type: 'thinking_delta', thinking: 'Hm' }),
      delta(0, { type: 'signature_delta', signature: 'abc' }),
      { type: 'ping' },
      block(1, { type: 'text', text: '' }),
      delta(1, { type: 'text_delta', text: 'Hello' }),
      messageDelta('end_turn', {
        output_tokens: 30,
        output_tokens_details: { thinking_tokens: 9 },
      }),
      STOP,
    ]);

    expect(sink).toMatchObject({ answerText: 'Hello', reasoningText: 'Hm' });
    expect(outcome).toMatchObject({
      kind: 'completed',
      finishReason: 'stop',
      responseModel: 'claude-x',
      usage: {
        inputTokens: 16,
        cachedInputTokens: 4,
        cacheWriteTokens: 2,
        outputTokens: 30,
        reasoningTokens: 9,
      },
    });
  });

  it('numbers tool calls by themselves, and gives one without arguments an empty object', () => {
    const { sink, outcome } = play([
      START,
      block(1, { type: 'tool_use', id: 'a', name: 'f', input: {} }),
      delta(1, { type: 'input_json_delta', partial_json: '' }),
      delta(1, { type: 'input_json_delta', partial_json: '{"x":' }),
      delta(1, { type: 'input_json_delta', partial_json: '1}' }),
      { type: 'content_block_stop', index: 1 },
      block(2, { type: 'tool_use', id: 'b', name: 'g', input: {} }),
      { type: 'content_block_stop', index: 2 },
      messageDelta('tool_use', {}),
      STOP,
    ]);

    expect(outcome).toMatchObject({ kind: 'completed', finishReason: 'tool_calls' });
    expect(sink.toolCalls).toEqual([
      { index: 0, id: 'a', name: 'f', argumentsText: '{"x":1}' },
      { index: 1, id: 'b', name: 'g', argumentsText: '{}' },
    ]);
  });

  it.each([
    ['a stop reason without message_stop', [START, messageDelta('end_turn', {})]],
    ['message_stop without a stop reason', [START, STOP]],
  ])('takes %s for a truncated answer', (_name, events) => {
    const { outcome } = play(events);

    expect(outcome).toMatchObject({ kind: 'failed', failure: { class: 'server' } });
  });

  it('fails on an error event, with the usage so far', () => {
    const { outcome } = play([
      START,
      { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
    ]);

    expect(outcome).toMatchObject({
      kind: 'failed',
      failure: { class: 'overloaded' },
      usage: { inputTokens: 16 },
    });
  });

  it('takes pings, the start and unknown events for no payload', () => {
    const stream = new MessageStream(new RecordingSink());
    const events = [
      START,
      { type: 'ping' },
      { type: 'new_thing' },
      delta(0, { type: 'text_delta', text: '' }),
    ];

    const answers = events.map((event) => stream.push(JSON.stringify(event)));

    expect(answers).toEqual([false, false, false, false]);
  });

  it('fails on broken JSON', () => {
    const stream = new MessageStream(new RecordingSink());

    stream.push('{"type":');

    expect(stream.outcome).toMatchObject({ kind: 'failed', failure: { class: 'server' } });
  });
});

function play(events: readonly unknown[]): { sink: RecordingSink; outcome: CallOutcome } {
  const sink = new RecordingSink();
  const stream = new MessageStream(sink);
  for (const event of events) stream.push(JSON.stringify(event));
  return { sink, outcome: stream.outcome ?? stream.end() };
}

function block(index: number, content: unknown): unknown {
  return { type: 'content_block_start', index, content_block: content };
}

function delta(index: number, content: unknown): unknown {
  return { type: 'content_block_delta', index, delta: content };
}

function messageDelta(stopReason: string, usage: unknown): unknown {
  return { type: 'message_delta', delta: { stop_reason: stopReason }, usage };
}
