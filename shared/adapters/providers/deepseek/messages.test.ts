import { describe, expect, it } from 'vitest';
import type { JobRequest, Message } from '../../../contracts/http/job-request.ts';
import type { JsonRecord } from '../http/json.ts';
import { onTheWire, providerCall } from '../testing/fixtures.ts';
import { toDeepseekRequest } from './request.ts';

const QUESTION: Message = { role: 'user', content: 'Hi' };
const RESULT: Message = { role: 'tool', toolCallId: 'a', content: 'sun' };

describe('reasoning in a conversation with tool calls', () => {
  it('is repeated with every answer while the model thinks', () => {
    const body = sent({
      messages: [
        QUESTION,
        call('I should look'),
        RESULT,
        { role: 'assistant', content: 'Sun.', reasoning: 'It is sunny' },
        { role: 'user', content: 'And now?' },
        call('Look again'),
        RESULT,
      ],
    });

    expect(body).not.toHaveProperty('thinking');
    expect(answersOf(body)).toMatchObject([
      { reasoning_content: 'I should look', tool_calls: [{ id: 'a' }] },
      { reasoning_content: 'It is sunny', content: 'Sun.' },
      { reasoning_content: 'Look again', tool_calls: [{ id: 'a' }] },
    ]);
  });

  it('is empty, but there, with an answer that had none', () => {
    const answer: Message = { role: 'assistant', content: 'Sun.' };

    const body = sent({ messages: [QUESTION, call('Hm'), RESULT, answer, QUESTION] });

    expect(answersOf(body)).toMatchObject([{ reasoning_content: 'Hm' }, { reasoning_content: '' }]);
  });

  it('stays with its answer where images of results come between', () => {
    const image = { type: 'image', url: 'https://example.com/a.png' } as const;
    const result: Message = { role: 'tool', toolCallId: 'a', content: [image] };

    const body = sent({ messages: [QUESTION, call('one'), result, call('two'), RESULT] });

    expect(answersOf(body)).toMatchObject([
      { reasoning_content: 'one' },
      { reasoning_content: 'two' },
    ]);
  });

  it('goes along with the effort that was asked for', () => {
    const body = sent({
      messages: [QUESTION, call('Hm'), RESULT],
      reasoning: { effort: 'max' },
    });

    expect(body).toMatchObject({ thinking: { type: 'enabled' }, reasoning_effort: 'max' });
    expect(answersOf(body)).toMatchObject([{ reasoning_content: 'Hm' }]);
  });

  it.each([
    ['one call lacks it', { messages: [QUESTION, call('Hm'), RESULT, call(undefined), RESULT] }],
    [
      'thinking is switched off',
      { messages: [QUESTION, call('Hm'), RESULT], reasoning: { effort: 'none' } },
    ],
  ] satisfies [string, Partial<JobRequest>][])('is left out where %s', (_name, request) => {
    const body = sent(request);

    expect(body['thinking']).toEqual({ type: 'disabled' });
    expect(JSON.stringify(body)).not.toContain('reasoning_content');
  });
});

it('leaves reasoning out of a conversation without tool calls, where it would be ignored', () => {
  const answer: Message = { role: 'assistant', content: 'Hello', reasoning: 'Greet' };

  const body = sent({ messages: [QUESTION, answer, QUESTION] });

  expect(body).not.toHaveProperty('thinking');
  expect(answersOf(body)).toEqual([{ role: 'assistant', content: 'Hello' }]);
});

function call(reasoning: string | undefined): Message {
  const toolCalls = [{ id: 'a', name: 'f', arguments: '{}' }];
  return { role: 'assistant', toolCalls, reasoning };
}

function sent(request: Partial<JobRequest>): JsonRecord {
  return onTheWire(toDeepseekRequest(providerCall(request)));
}

function answersOf({ messages }: JsonRecord): unknown[] {
  return Array.isArray(messages) ? messages.filter(({ role }) => role === 'assistant') : [];
}
