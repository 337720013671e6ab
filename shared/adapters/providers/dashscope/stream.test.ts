import { describe, expect, it } from 'vitest';
import type { CallOutcome } from '../../../ports/provider.ts';
import { RecordingSink } from '../testing/recording-sink.ts';
import { readReply } from './reply.ts';
import { GenerationStream } from './stream.ts';

describe('GenerationStream', () => {
  it('reads reasoning, text as a string or in parts, and the last usage', () => {
    const { sink, outcome } = play([
      event({ content: '', reasoning_content: 'Hm' }),
      event({ content: 'Hel' }, { usage: { input_tokens: 3, output_tokens: 1 } }),
      event({ content: [{ text: 'l' }, { image: 'x' }, { text: 'o' }] }),
      event(
        { content: '' },
        {
          finish: 'stop',
          usage: {
            input_tokens: 3,
            prompt_tokens_details: { cached_tokens: 2 },
            output_tokens: 4,
            output_tokens_details: { reasoning_tokens: 1 },
          },
        },
      ),
    ]);

    expect(sink).toMatchObject({ answerText: 'Hello', reasoningText: 'Hm' });
    expect(outcome).toEqual({
      kind: 'completed',
      finishReason: 'stop',
      usage: { inputTokens: 3, cachedInputTokens: 2, outputTokens: 4, reasoningTokens: 1 },
    });
  });

  it('joins the pieces of calls', () => {
    const { sink, outcome } = play([
      event({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{"x"' } }] }),
      event({ tool_calls: [{ index: 0, id: '', function: { arguments: ':1}' } }] }),
      event({ content: '' }, { finish: 'stop' }),
    ]);

    expect(outcome).toMatchObject({ kind: 'completed', finishReason: 'tool_calls' });
    expect(sink.toolCalls).toEqual([{ index: 0, id: 'a', name: 'f', argumentsText: '{"x":1}' }]);
  });

  it('takes only what is new from text that comes whole each time', () => {
    const { sink, outcome } = play([
      { output: { text: '1', finish_reason: 'null' } },
      { output: { text: '1, 2', finish_reason: 'null' } },
      { output: { text: '1, 2', finish_reason: 'length' } },
    ]);

    expect(sink.answerText).toBe('1, 2');
    expect(outcome).toMatchObject({ kind: 'completed', finishReason: 'length' });
  });

  it('takes an unknown word for an error', () => {
    const { outcome } = play([event({ content: 'Hi' }, { finish: 'tired' })]);

    expect(outcome).toMatchObject({ kind: 'completed', finishReason: 'error' });
  });

  it('takes an end before a finish reason for a truncated answer', () => {
    const { outcome } = play([event({ content: 'Hi' })]);

    expect(outcome).toMatchObject({ kind: 'failed', failure: { class: 'server' } });
  });

  it('fails on an error event, with the usage so far', () => {
    const { outcome } = play([
      event({ content: 'Hi' }, { usage: { input_tokens: 3, output_tokens: 1 } }),
      { code: 'Throttling.RateQuota', message: 'slow down', request_id: 'r' },
    ]);

    expect(outcome).toMatchObject({
      kind: 'failed',
      failure: { class: 'rate_limit', message: 'slow down' },
      usage: { inputTokens: 3 },
    });
  });

  it('fails on broken JSON and on calls without end', () => {
    const broken = new GenerationStream(new RecordingSink());
    const calls = Array.from({ length: 1_025 }, (_, index) => ({
      index,
      id: `${index}`,
      function: { name: 'f' },
    }));

    broken.push('{"output":');
    const endless = play([event({ tool_calls: calls }, { finish: 'tool_calls' })]);

    expect(broken.outcome).toMatchObject({ kind: 'failed', failure: { class: 'server' } });
    expect(endless.outcome).toMatchObject({ kind: 'failed', failure: { class: 'server' } });
  });

  it('takes events without content for no payload', () => {
    const stream = new GenerationStream(new RecordingSink());

    const answers = [event({ content: '' }), { request_id: 'r' }].map((data) =>
      stream.push(JSON.stringify(data)),
    );

    expect(answers).toEqual([false, false]);
  });
});

describe('readReply', () => {
  it('reads a whole answer, and fails on an error inside a success', () => {
    const sink = new RecordingSink();

    const whole = readReply(event({ content: 'Hello' }, { finish: 'stop' }), sink);
    const error = readReply({ code: 'Arrearage', message: 'pay' }, new RecordingSink());

    expect(whole).toMatchObject({ kind: 'completed', finishReason: 'stop' });
    expect(sink.answerText).toBe('Hello');
    expect(error).toMatchObject({ kind: 'failed', failure: { class: 'insufficient_quota' } });
  });
});

function play(events: readonly unknown[]): { sink: RecordingSink; outcome: CallOutcome } {
  const sink = new RecordingSink();
  const stream = new GenerationStream(sink);
  for (const data of events) stream.push(JSON.stringify(data));
  return { sink, outcome: stream.end() };
}

function event(
  message: object,
  { finish = 'null', usage }: { finish?: string; usage?: object } = {},
): unknown {
  return { output: { choices: [{ message, finish_reason: finish }] }, usage };
}
