import { describe, expect, it } from 'vitest';
import { RecordingSink } from '../testing/recording-sink.ts';
import { readReply } from './reply.ts';

const USAGE = { input_tokens: 3, output_tokens: 2 };
const MESSAGE = { type: 'message', content: [{ type: 'output_text', text: 'Hello' }] };
const CALL = { type: 'function_call', call_id: 'a', name: 'f', arguments: '{"x":1}' };

describe('readReply', () => {
  it('reads reasoning, text, calls, usage and model', () => {
    const sink = new RecordingSink();

    const outcome = readReply(
      {
        status: 'completed',
        error: null,
        model: 'm-2026',
        usage: USAGE,
        output: [
          { type: 'reasoning', summary: [{ type: 'summary_text', text: 'H' }] },
          { type: 'reasoning', summary: [], content: [{ type: 'reasoning_text', text: 'm' }] },
          { type: 'web_search_call' },
          MESSAGE,
          CALL,
          { ...CALL, call_id: 'b', arguments: '' },
        ],
      },
      sink,
    );

    expect(outcome).toMatchObject({
      kind: 'completed',
      finishReason: 'tool_calls',
      responseModel: 'm-2026',
      usage: { inputTokens: 3, outputTokens: 2 },
    });
    expect(sink).toMatchObject({ answerText: 'Hello', reasoningText: 'Hm' });
    expect(sink.toolCalls).toEqual([
      { index: 0, id: 'a', name: 'f', argumentsText: '{"x":1}' },
      { index: 1, id: 'b', name: 'f', argumentsText: '{}' },
    ]);
  });

  it('reads a refusal as a filter', () => {
    const output = [{ type: 'message', content: [{ type: 'refusal', refusal: 'No.' }] }];

    const outcome = readReply({ status: 'completed', output }, new RecordingSink());

    expect(outcome).toMatchObject({ kind: 'completed', finishReason: 'content_filter' });
  });

  it.each([
    ['an error', { error: { code: 'insufficient_quota' } }, 'insufficient_quota'],
    ['a failed response', { status: 'failed', error: null, output: [] }, 'server'],
    ['a response in progress', { status: 'in_progress', output: [MESSAGE] }, 'server'],
    ['a body without output', { status: 'completed' }, 'server'],
    ['a body that is no object', [], 'server'],
  ])('fails on %s', (_name, body, failureClass) => {
    const outcome = readReply(body, new RecordingSink());

    expect(outcome).toMatchObject({ kind: 'failed', failure: { class: failureClass } });
  });
});
