import { describe, expect, it } from 'vitest';
import { readOpenaiRequest } from './openai-door.ts';

const MESSAGES = [{ role: 'user', content: 'Hi' }];

describe('readOpenaiRequest', () => {
  it('translates every field into our terms', () => {
    const read = readBody({
      temperature: 0.5,
      top_p: 0.9,
      max_tokens: 5,
      stop: ['END'],
      seed: 7,
      parallel_tool_calls: false,
      reasoning_effort: 'xhigh',
      metadata: { order: '7' },
      tools: [{ type: 'function', function: { name: 'find', parameters: { type: 'object' } } }],
      tool_choice: { type: 'function', function: { name: 'find' } },
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'answer', description: 'An answer.', schema: { a: 1 } },
      },
    });

    expect(read).toMatchObject({ ok: true, value: { stream: false, includeUsage: false } });
    expect(read.ok && read.value.request).toEqual({
      model: 'auto',
      messages: MESSAGES,
      temperature: 0.5,
      topP: 0.9,
      maxTokens: 5,
      stop: ['END'],
      seed: 7,
      parallelToolCalls: false,
      reasoning: { effort: 'max' },
      metadata: { order: '7' },
      tools: [{ name: 'find', parameters: { type: 'object' } }],
      toolChoice: { name: 'find' },
      responseFormat: {
        type: 'json_schema',
        name: 'answer',
        description: 'An answer.',
        schema: { a: 1 },
      },
      stream: false,
      routing: { onInterrupt: 'restart' },
    });
  });

  it('translates a conversation with images and tool calls', () => {
    const read = readBody({
      messages: [
        { role: 'developer', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image_url', image_url: { url: 'https://example.com/a.png', detail: 'low' } },
          ],
        },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 'c1', content: 'a cat' },
      ],
    });

    expect(read.ok && read.value.request.messages).toEqual([
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image', url: 'https://example.com/a.png', detail: 'low' },
        ],
      },
      { role: 'assistant', toolCalls: [{ id: 'c1', name: 'f', arguments: '{}' }] },
      { role: 'tool', toolCallId: 'c1', content: 'a cat' },
    ]);
  });

  it('takes back an answer as it was given, its reasoning included', () => {
    const detail = {
      type: 'reasoning.text',
      format: 'anthropic-claude-v1',
      text: 'Hm.',
      signature: 's',
    };
    const answer = { role: 'assistant', content: 'Blue.', reasoning_content: 'Hm.', refusal: null };

    const read = readBody({
      messages: [
        ...MESSAGES,
        { ...answer, reasoning_details: [{ index: 0, ...detail }] },
        ...MESSAGES,
      ],
    });

    expect(read.ok && read.value.request.messages[1]).toEqual({
      role: 'assistant',
      content: 'Blue.',
      reasoning: 'Hm.',
      reasoningDetails: [detail],
    });
  });

  it('reads a thinking budget in the words of OpenRouter', () => {
    const read = readBody({ reasoning: { max_tokens: 2_000 } });

    expect(read.ok && read.value.request.reasoning).toEqual({ budgetTokens: 2_000 });
  });

  it('takes null for a field as absent, the way SDKs send it', () => {
    const nothing = { temperature: null, tools: null, tool_choice: null, stop: null, seed: null };

    const read = readBody({ ...nothing, response_format: null, reasoning_effort: null });

    expect(read.ok && Object.keys(read.value.request).toSorted()).toEqual([
      'messages',
      'model',
      'routing',
      'stream',
    ]);
  });

  it('prefers max_completion_tokens, and reads what the stream shall look like', () => {
    const read = readBody({
      max_tokens: 5,
      max_completion_tokens: 6,
      stream: true,
      stream_options: { include_usage: true },
    });

    expect(read).toMatchObject({
      ok: true,
      value: { stream: true, includeUsage: true, request: { maxTokens: 6, stream: true } },
    });
  });

  it.each([
    [true, 'fail'],
    [false, 'restart'],
  ])('with stream %s ends a broken answer by default with %s', (stream, onInterrupt) => {
    const read = readBody({ stream });

    expect(read).toMatchObject({ value: { request: { routing: { onInterrupt } } } });
  });

  it('takes the options of the headers', () => {
    const read = readBody(
      { stream: true },
      {
        budget: 'cheap',
        'on-interrupt': 'restart',
        'max-cost-usd': '0.25',
        'max-attempts': '2',
        'min-quality': '0.5',
        allow: 'one, two/b',
        deny: 'three',
        priority: 'batch',
        'deadline-ms': '5000',
        'on-disconnect': 'cancel',
      },
    );

    expect(read.ok && read.value.request).toMatchObject({
      routing: {
        budget: 'cheap',
        onInterrupt: 'restart',
        maxCostUsd: 0.25,
        maxAttempts: 2,
        minQuality: 0.5,
        allow: ['one', 'two/b'],
        deny: ['three'],
      },
      delivery: { priority: 'batch', deadlineMs: 5_000 },
    });
  });

  it.each<[string, object, Record<string, string>, string, string]>([
    ['an unknown field', { logit_bias: {} }, {}, 'unsupported_parameter', 'logit_bias'],
    ['an unknown option', {}, { colour: 'red' }, 'unsupported_parameter', 'x-switchyard-colour'],
    ['more than one answer', { n: 2 }, {}, 'invalid_request', 'n: '],
    ['log probabilities', { logprobs: true }, {}, 'invalid_request', 'logprobs: '],
    ['a wrong budget', {}, { budget: 'free' }, 'invalid_request', 'routing.budget: '],
    ['a number that is none', {}, { 'max-attempts': 'x' }, 'invalid_request', 'maxAttempts'],
    ['no messages', { messages: [] }, {}, 'invalid_request', 'messages: '],
    [
      'an image from a file',
      { messages: [imageAt('file:///etc/passwd')] },
      {},
      'invalid_request',
      '',
    ],
    ['an image over plain http', { messages: [imageAt('http://a/b')] }, {}, 'invalid_request', ''],
    ['an option of a prototype', {}, { constructor: 'x' }, 'unsupported_parameter', 'constructor'],
  ])('refuses %s by its name', (...[, body, options, code, word]) => {
    const read = readBody(body, options);

    expect(read).toMatchObject({ ok: false, error: { code } });
    expect(read.ok ? '' : read.error.detail).toContain(word);
  });
});

function readBody(body: object, options: Record<string, string> = {}) {
  return readOpenaiRequest({ model: 'auto', messages: MESSAGES, ...body }, options);
}

function imageAt(url: string) {
  return { role: 'user', content: [{ type: 'image_url', image_url: { url } }] };
}
