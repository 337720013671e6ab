import { describe, expect, it } from 'vitest';
import { parseOpenaiRequest } from './openai.ts';

const hi = { role: 'user', content: 'Hi' };
const call = { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } };
const schema = { type: 'object', properties: {} };

function parse(body: Record<string, unknown>) {
  return parseOpenaiRequest({ model: 'gpt-6-luna', messages: [hi], ...body });
}

describe('the OpenAI format', () => {
  it.each([
    ['an unknown field', { top_k: 1 }, 'top_k'],
    [
      'an unknown field of a message',
      { messages: [{ ...hi, reasoning_content: 'x' }] },
      'messages',
    ],
    ['options of a stream without a stream', { stream_options: {} }, 'stream_options'],
    ['the old bound at a reasoning model', { max_tokens: 9 }, 'max_tokens'],
    ['a stop at a model that takes none', { model: 'o3', stop: 'x' }, 'stop'],
    ['five stops', { stop: ['1', '2', '3', '4', '5'] }, 'stop'],
    ['an effort at a model without reasoning', { model: 'gpt-4o', reasoning_effort: 'low' }, 'eff'],
    ['a choice without tools', { tool_choice: 'auto' }, 'tool_choice'],
    ['JSON without the word', { response_format: { type: 'json_object' } }, "'json'"],
    [
      'an open schema that is to be strict',
      {
        response_format: { type: 'json_schema', json_schema: { name: 'x', strict: true, schema } },
      },
      'additionalProperties',
    ],
    [
      'a call without a result',
      { messages: [hi, { role: 'assistant', tool_calls: [call] }, hi] },
      "each 'tool_call_id': a",
    ],
    [
      'a result without a call',
      { messages: [hi, { role: 'tool', tool_call_id: 'a', content: '4' }] },
      'must be a response',
    ],
    [
      'an answer without anything',
      { messages: [hi, { role: 'assistant', content: null }] },
      'content',
    ],
    [
      'an image that is none',
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'x' } }] }] },
      'image',
    ],
  ])('refuses %s', (_what, body, words) => {
    const parsed = parse(body);

    expect(parsed.ok).toBe(false);
    expect(parsed.ok || parsed.refusal.message).toContain(words);
  });

  it('counts reasoning that nobody gets to see', () => {
    expect(parse({ reasoning_effort: 'high' })).toMatchObject({ value: { reasoning: 'hidden' } });
    expect(parse({ reasoning_effort: 'none' })).toMatchObject({ value: { reasoning: 'none' } });
  });
});
