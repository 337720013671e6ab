import { describe, expect, it } from 'vitest';
import type { CallOutcome } from '../../../ports/provider.ts';
import { RecordingSink } from '../testing/recording-sink.ts';
import { readReply } from './reply.ts';
import { OllamaStream } from './stream.ts';

const DONE = {
  model: 'm:1b',
  message: { role: 'assistant', content: '' },
  done: true,
  done_reason: 'stop',
  prompt_eval_count: 3,
  eval_count: 2,
};

describe('OllamaStream', () => {
  it('reads thinking, text, usage and model up to the line that is done', () => {
    const { sink, outcome } = play([
      { message: { thinking: 'Hm', content: '' }, done: false },
      { message: { content: 'Hel' }, done: false },
      { message: { content: 'lo' }, done: false },
      DONE,
    ]);

    expect(sink).toMatchObject({ answerText: 'Hello', reasoningText: 'Hm' });
    expect(outcome).toEqual({
      kind: 'completed',
      finishReason: 'stop',
      responseModel: 'm:1b',
      usage: { inputTokens: 3, outputTokens: 2 },
    });
  });

  it('numbers calls itself, makes ids where there are none, and writes arguments as text', () => {
    const { sink, outcome } = play([
      {
        created_at: '2025-06-09T17:58:55.3Z',
        message: {
          tool_calls: [
            { function: { index: 0, name: 'f', arguments: { x: 1 } } },
            { id: 'own', function: { index: 0, name: 'g' } },
          ],
        },
      },
      DONE,
    ]);

    expect(outcome).toMatchObject({ kind: 'completed', finishReason: 'tool_calls' });
    expect(sink.toolCalls).toEqual([
      { index: 0, id: 'call_202506091758553_0', name: 'f', argumentsText: '{"x":1}' },
      { index: 1, id: 'own', name: 'g', argumentsText: '{}' },
    ]);
  });

  it.each([
    ['length', 'length'],
    ['load', 'error'],
    [undefined, 'stop'],
  ])('reads the reason %s as %s', (reason, finishReason) => {
    const { outcome } = play([{ ...DONE, done_reason: reason }]);

    expect(outcome).toMatchObject({ kind: 'completed', finishReason });
  });

  it('takes the input of a prompt that was cached whole for 0, and no figures for none', () => {
    const cached = play([{ done: true, eval_count: 2 }]);
    const silent = play([{ done: true }]);

    expect(cached.outcome).toMatchObject({ usage: { inputTokens: 0, outputTokens: 2 } });
    expect(silent.outcome).toMatchObject({ kind: 'completed', usage: undefined });
  });

  it.each([
    ['an error line', { error: 'an error was encountered' }, 'server'],
    ['a busy server', { error: 'server busy, please try again.' }, 'overloaded'],
    ['a line that is no object', [], 'server'],
  ])('fails on %s', (_name, line, failureClass) => {
    const { sink, outcome } = play([{ message: { content: 'Hi' } }, line]);

    expect(outcome).toMatchObject({ kind: 'failed', failure: { class: failureClass } });
    expect(sink.answerText).toBe('Hi');
  });

  it('takes an end without a line that is done for a truncated answer', () => {
    const { outcome } = play([{ message: { content: 'Hi' }, done: false }]);

    expect(outcome).toMatchObject({ kind: 'failed', failure: { class: 'server' } });
  });

  it('fails on too many calls, though the line is the last', () => {
    const calls = Array.from({ length: 1_025 }, () => ({ function: { name: 'f' } }));

    const { outcome } = play([{ ...DONE, message: { tool_calls: calls } }]);

    expect(outcome).toMatchObject({ kind: 'failed', failure: { class: 'server' } });
  });

  it('takes a line without content for no payload, and broken JSON for a failure', () => {
    const stream = new OllamaStream(new RecordingSink());

    const answers = ['{"message":{"content":""},"done":false}', '{"mess'].map((line) =>
      stream.push(line),
    );

    expect(answers).toEqual([false, false]);
    expect(stream.outcome).toMatchObject({ kind: 'failed', failure: { class: 'server' } });
  });
});

describe('readReply', () => {
  it('reads a whole answer, and takes one that is not done for a truncated one', () => {
    const sink = new RecordingSink();

    const whole = readReply({ ...DONE, message: { content: 'Hello' } }, sink);
    const cut = readReply({ message: { content: 'x' }, done: false }, new RecordingSink());

    expect(whole).toMatchObject({ kind: 'completed', finishReason: 'stop' });
    expect(sink.answerText).toBe('Hello');
    expect(cut).toMatchObject({ kind: 'failed', failure: { class: 'server' } });
  });
});

function play(lines: readonly unknown[]): { sink: RecordingSink; outcome: CallOutcome } {
  const sink = new RecordingSink();
  const stream = new OllamaStream(sink);
  for (const line of lines) stream.push(JSON.stringify(line));
  return { sink, outcome: stream.end() };
}
