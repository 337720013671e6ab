import { describe, expect, it } from 'vitest';
import { RecordingSink } from '../testing/recording-sink.ts';
import { readReply } from './reply.ts';

describe('readReply', () => {
  it('reads message, calls, usage and model', () => {
    const sink = new RecordingSink();

    const outcome = readReply(
      {
        model: 'm-1',
        choices: [
          {
            finish_reason: 'stop',
            message: {
              content: 'Hi',
              reasoning: 'Hm',
              tool_calls: [{ id: 'a', function: { name: 'f', arguments: '{}' } }],
            },
          },
        ],
        usage: { prompt_tokens: 1, completion_tokens: 2 },
      },
      sink,
    );

    expect(outcome).toMatchObject({
      kind: 'completed',
      finishReason: 'tool_calls',
      usage: { inputTokens: 1, outputTokens: 2 },
      responseModel: 'm-1',
    });
    expect(sink).toMatchObject({ answerText: 'Hi', reasoningText: 'Hm' });
    expect(sink.toolCalls).toEqual([{ index: 0, id: 'a', name: 'f', argumentsText: '{}' }]);
  });

  it.each([
    ['no object', []],
    ['no choice', { choices: [] }],
    ['no finish reason', { choices: [{ message: { content: 'Hi' } }] }],
  ])('fails as a server fault on a body with %s', (_name, body) => {
    const outcome = readReply(body, new RecordingSink());

    expect(outcome).toMatchObject({ kind: 'failed', failure: { class: 'server' } });
  });
});
