import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { terminal } from '../../test/support/builders.ts';
import {
  type AnswerFrame,
  closingEvents,
  deltaEvents,
  openingEvent,
  toCompletion,
} from './openai-answer.ts';

const FRAME: AnswerFrame = { id: 'job-1', createdSeconds: 1_700_000_000, model: 'gpt "x"\n' };
const HEAD = {
  id: 'job-1',
  object: 'chat.completion.chunk',
  created: 1_700_000_000,
  model: 'gpt "x"\n',
};

describe('the events of a stream', () => {
  it('begin with the role', () => {
    expect(eventsOf(openingEvent(FRAME))).toEqual([
      { ...HEAD, choices: [choice({ role: 'assistant', content: '' })] },
    ]);
  });

  it('carry text, reasoning and pieces of tool calls, one event a part', () => {
    const events = deltaEvents(FRAME, [
      { type: 'reasoning', text: 'Hm.' },
      { type: 'text', text: 'Blue' },
      { type: 'toolCall', index: 0, id: 'c1', name: 'find' },
      { type: 'toolCall', index: 0, arguments: '{}' },
    ]);

    expect(eventsOf(events)).toEqual([
      { ...HEAD, choices: [choice({ reasoning_content: 'Hm.' })] },
      { ...HEAD, choices: [choice({ content: 'Blue' })] },
      {
        ...HEAD,
        choices: [
          choice({
            tool_calls: [
              { index: 0, id: 'c1', type: 'function', function: { name: 'find', arguments: '' } },
            ],
          }),
        ],
      },
      {
        ...HEAD,
        choices: [choice({ tool_calls: [{ index: 0, function: { arguments: '{}' } }] })],
      },
    ]);
  });

  it('carry blocks of reasoning as OpenRouter streams them', () => {
    const block = { index: 0, format: 'anthropic-claude-v1' as const };
    const events = deltaEvents(FRAME, [
      { type: 'reasoning', text: 'Hm.', block },
      { type: 'reasoning', text: '', block: { ...block, index: 1, data: 'x' } },
    ]);

    expect(eventsOf(events)).toEqual([
      {
        ...HEAD,
        choices: [
          choice({
            reasoning_content: 'Hm.',
            reasoning_details: [{ type: 'reasoning.text', text: 'Hm.', ...block }],
          }),
        ],
      },
      {
        ...HEAD,
        choices: [
          choice({
            reasoning_details: [{ type: 'reasoning.encrypted', ...block, index: 1, data: 'x' }],
          }),
        ],
      },
    ]);
  });

  it('carry any text unharmed: no character of it can end an event', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...UNITS) }), (text) => {
        const [event] = eventsOf(deltaEvents(FRAME, [{ type: 'text', text }]));

        expect(event).toMatchObject({ choices: [{ delta: { content: text } }] });
      }),
    );
  });

  it('end with the finish reason and [DONE]', () => {
    const events = closingEvents(FRAME, terminal(9, { finishReason: 'tool_calls' }), false);

    expect(eventsOf(events)).toEqual([{ ...HEAD, choices: [choice({}, 'tool_calls')] }, '[DONE]']);
  });

  it('have the usage before [DONE] when it is asked for', () => {
    const usage = {
      inputTokens: 10,
      cachedInputTokens: 4,
      outputTokens: 20,
      reasoningTokens: 5,
    };

    const events = closingEvents(FRAME, terminal(9, { usage }), true);

    expect(eventsOf(events)).toEqual([
      { ...HEAD, choices: [choice({}, 'stop')] },
      {
        ...HEAD,
        choices: [],
        usage: {
          prompt_tokens: 10,
          completion_tokens: 20,
          total_tokens: 30,
          prompt_tokens_details: { cached_tokens: 4 },
          completion_tokens_details: { reasoning_tokens: 5 },
        },
      },
      '[DONE]',
    ]);
  });
});

describe('toCompletion', () => {
  it('is the whole answer', () => {
    const answer = {
      text: 'Blue.',
      reasoning: 'Hm.',
      toolCalls: [],
      finishReason: 'stop' as const,
    };

    expect(toCompletion(FRAME, answer, { inputTokens: 1, outputTokens: 2 })).toEqual({
      ...HEAD,
      object: 'chat.completion',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: 'Blue.',
            refusal: null,
            reasoning_content: 'Hm.',
          },
          finish_reason: 'stop',
          logprobs: null,
        },
      ],
      usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
    });
  });

  it('has null for the text of an answer that only calls tools', () => {
    const toolCalls = [{ id: 'c1', name: 'find', arguments: '{}' }];

    const completion = toCompletion(
      FRAME,
      { text: '', toolCalls, finishReason: 'tool_calls' },
      undefined,
    );

    expect(completion).toMatchObject({
      choices: [
        {
          message: {
            content: null,
            tool_calls: [
              { id: 'c1', type: 'function', function: { name: 'find', arguments: '{}' } },
            ],
          },
        },
      ],
    });
    expect(completion).not.toHaveProperty('usage');
  });
});

/** What could break an event, or a line of it, or the text itself. */
const UNITS = ['a', '"', '\\', '\n', '\r', '\u2028', '\u0000', '\ud83d', '😀', 'data: ', '\n\n'];

function choice(delta: object, finishReason: string | null = null) {
  return { index: 0, delta, logprobs: null, finish_reason: finishReason };
}

/** Reads server-sent events as a client does: blank lines end an event. */
function eventsOf(text: string): unknown[] {
  expect(text).toMatch(/\n\n$/);
  return text
    .split('\n\n')
    .slice(0, -1)
    .map((event) => event.replace(/^data: /, ''))
    .map((body): unknown => (body === '[DONE]' ? body : JSON.parse(body)));
}
