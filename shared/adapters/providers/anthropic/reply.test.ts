import { describe, expect, it } from 'vitest';
import { RecordingSink } from '../testing/recording-sink.ts';
import { readReply } from './reply.ts';

describe('readReply', () => {
  it('reads blocks, usage and model', () => {
    const sink = new RecordingSink();

    const outcome = readReply(
      {
        model: 'claude-x',
        stop_reason: 'tool_use',
        content: [
          { type: 'thinking', thinking: 'Hm' },
          { type: 'redacted_thinking', data: 'xyz' },
          { type: 'text', text: 'Hi' },
          { type: 'tool_use', id: 'a', name: 'f', input: { x: 1 } },
        ],
        usage: { input_tokens: 5, output_tokens: 6 },
      },
      sink,
    );

    expect(outcome).toMatchObject({
      kind: 'completed',
      finishReason: 'tool_calls',
      responseModel: 'claude-x',
      usage: { inputTokens: 5, outputTokens: 6 },
    });
    expect(sink).toMatchObject({ answerText: 'Hi', reasoningText: 'Hm' });
    expect(sink.toolCalls).toEqual([{ index: 0, id: 'a', name: 'f', argumentsText: '{"x":1}' }]);
  });

  it.each([
    ['no content', { stop_reason: 'end_turn' }],
    ['no stop reason', { content: [] }],
    ['no object', 'Hi'],
  ])('fails as a server fault on a body with %s', (_name, body) => {
    const outcome = readReply(body, new RecordingSink());

    expect(outcome).toMatchObject({ kind: 'failed', failure: { class: 'server' } });
  });

  it('fails on an error inside a success', () => {
    const body = { type: 'error', error: { type: 'api_error', message: 'boom' } };

    const outcome = readReply(body, new RecordingSink());

    expect(outcome).toMatchObject({
      kind: 'failed',
      failure: { class: 'server', message: 'boom' },
    });
  });
});
