import { describe, expect, it } from 'vitest';
import type { CallOutcome } from '../../../ports/provider.ts';
import { RecordingSink } from '../testing/recording-sink.ts';
import { ChatStream } from './stream.ts';

describe('ChatStream', () => {
  it('reads text, reasoning, usage and model up to [DONE]', () => {
    const { sink, outcome } = play([
      chunk({ role: 'assistant', content: '' }, { model: 'm-2026' }),
      chunk({ content: null, reasoning_content: 'Hm' }),
      chunk({ content: 'Hel' }),
      chunk({ content: 'lo' }),
      chunk({}, { finish: 'stop' }),
      { choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } },
      '[DONE]',
    ]);

    expect(outcome).toMatchObject({
      kind: 'completed',
      finishReason: 'stop',
      responseModel: 'm-2026',
      usage: { inputTokens: 3, outputTokens: 2 },
    });
    expect(sink.answerText).toBe('Hello');
    expect(sink.reasoningText).toBe('Hm');
  });

  it('joins the pieces of parallel calls, and calls it tool_calls whatever the server says', () => {
    const { sink, outcome } = play([
      chunk({ tool_calls: [toolCall({ index: 0, id: 'a', name: 'f', arguments: '' })] }),
      chunk({ tool_calls: [toolCall({ index: 0, id: '', name: '', arguments: '{"x"' })] }),
      chunk({ tool_calls: [toolCall({ index: 1, id: 'b', name: 'g', arguments: '{}' })] }),
      chunk({ tool_calls: [toolCall({ index: 0, arguments: ':1}' })] }),
      chunk({}, { finish: 'stop' }),
      '[DONE]',
    ]);

    expect(outcome).toMatchObject({ kind: 'completed', finishReason: 'tool_calls' });
    expect(sink.toolCalls).toEqual([
      { index: 0, id: 'a', name: 'f', argumentsText: '{"x":1}' },
      { index: 1, id: 'b', name: 'g', argumentsText: '{}' },
    ]);
  });

  it('counts no call of which nothing was said', () => {
    const { sink } = play([
      chunk({ tool_calls: [{ index: 0, function: {} }] }),
      chunk({ tool_calls: [toolCall({ index: 1, id: 'b', name: 'g', arguments: '{}' })] }),
    ]);

    expect(sink.toolCalls).toEqual([{ index: 0, id: 'b', name: 'g', argumentsText: '{}' }]);
  });

  it('tells calls apart that share an index or have none', () => {
    const { sink } = play([
      chunk({ tool_calls: [toolCall({ index: 0, id: 'a', name: 'f', arguments: '{}' })] }),
      chunk({ tool_calls: [toolCall({ index: 0, id: 'b', name: 'f', arguments: '{}' })] }),
      chunk({ tool_calls: [toolCall({ name: 'g', arguments: '{"y":' })] }),
      chunk({ tool_calls: [toolCall({ arguments: '2}' })] }),
      chunk({ tool_calls: [toolCall({ index: 9_007_199_254_740_991, id: 'd', name: 'h' })] }),
    ]);

    expect(sink.toolCalls.map(({ id, argumentsText }) => [id, argumentsText])).toEqual([
      ['a', '{}'],
      ['b', '{}'],
      [undefined, '{"y":2}'],
      ['d', ''],
    ]);
  });

  it('fails on more calls than any answer has', () => {
    const calls = Array.from({ length: 1_025 }, (_, index) =>
      toolCall({ index, id: `c${index}`, name: 'f' }),
    );

    const { outcome } = play([chunk({ tool_calls: calls })]);

    expect(outcome).toMatchObject({ kind: 'failed', failure: { class: 'server' } });
  });

  it('reads a refusal as content_filter and keeps its words out of the text', () => {
    const { sink, outcome } = play([
      chunk({ refusal: 'I cannot' }),
      chunk({}, { finish: 'stop' }),
      '[DONE]',
    ]);

    expect(outcome).toMatchObject({ kind: 'completed', finishReason: 'content_filter' });
    expect(sink.answerText).toBe('');
  });

  it('takes a finish reason and a clean end where [DONE] is left out', () => {
    const { outcome } = play([chunk({ content: 'Hi' }), chunk({}, { finish: 'length' })]);

    expect(outcome).toMatchObject({ kind: 'completed', finishReason: 'length' });
  });

  it.each([
    ['[DONE] without a finish reason', [chunk({ content: 'Hi' }), '[DONE]']],
    ['an end without either', [chunk({ content: 'Hi' })]],
  ])('takes %s for a truncated answer', (_name, events) => {
    const { outcome } = play(events);

    expect(outcome).toMatchObject({ kind: 'failed', failure: { class: 'server' } });
  });

  it('fails on an error in a normal-looking chunk, with its status and the usage so far', () => {
    const { sink, outcome } = play([
      { ...chunk({ content: 'Hi' }), usage: { prompt_tokens: 3, completion_tokens: 1 } },
      { choices: [{ delta: { content: '' } }], error: { code: 502, message: 'upstream' } },
      '[DONE]',
    ]);

    expect(outcome).toMatchObject({
      kind: 'failed',
      failure: { class: 'server', message: 'upstream' },
      usage: { inputTokens: 3, outputTokens: 1 },
    });
    expect(sink.answerText).toBe('Hi');
  });

  it('takes empty shells for keep-alives', () => {
    const stream = new ChatStream(new RecordingSink());
    const shells = [{ choices: [] }, chunk({ content: '' }), chunk({ role: 'assistant' }), {}];

    const answers = shells.map((shell) => stream.push(JSON.stringify(shell)));

    expect(answers).toEqual([false, false, false, false]);
  });
});

function play(events: readonly unknown[]): { sink: RecordingSink; outcome: CallOutcome } {
  const sink = new RecordingSink();
  const stream = new ChatStream(sink);
  for (const event of events) {
    if (stream.outcome === undefined) {
      stream.push(typeof event === 'string' ? event : JSON.stringify(event));
    }
  }
  return { sink, outcome: stream.outcome ?? stream.end() };
}

function chunk(delta: unknown, more: { finish?: string; model?: string } = {}): object {
  return { model: more.model, choices: [{ index: 0, delta, finish_reason: more.finish ?? null }] };
}

function toolCall(fields: {
  index?: number;
  id?: string;
  name?: string;
  arguments?: string;
}): unknown {
  const { index, id, name, arguments: text } = fields;
  return { index, id, type: 'function', function: { name, arguments: text } };
}
