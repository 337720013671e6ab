import { Mistral } from '@mistralai/mistralai';
import type { CompletionChunk } from '@mistralai/mistralai/models/components';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../server.ts';
import { CHAT_TOOLS, eventData, postJson, TOOL_PROMPT } from '../testing/ask-sandbox.ts';

const MODEL = 'mistral-small-2603';
const asked = { role: 'user' as const, content: TOOL_PROMPT };

describe('the Mistral format, read by the stock SDK', () => {
  let sandbox: Sandbox;
  let client: Mistral;

  beforeAll(async () => {
    sandbox = await startSandbox({ pace: { ttftMs: 1, gapMs: 0 } });
    client = new Mistral({ serverURL: `${sandbox.url}/mistral`, apiKey: 'none' });
  });
  afterAll(() => sandbox.close());

  function post(body: Record<string, unknown>): Promise<Response> {
    const url = `${sandbox.url}/mistral/v1/chat/completions`;
    return postJson(url, { model: MODEL, messages: [asked], ...body });
  }

  it('streams text and then its usage, the same text as in one piece', async () => {
    const stream = await client.chat.stream({ model: MODEL, messages: [asked] });
    const chunks: CompletionChunk[] = [];
    for await (const { data } of stream) chunks.push(data);
    const whole = await client.chat.complete({ model: MODEL, messages: [asked] });

    const text = chunks.map((chunk) => textOf(chunk)).join('');
    expect(text).toMatch(/^\[sandbox\]/);
    expect(whole.choices[0]?.message?.content).toBe(text);
    expect(chunks.at(-1)?.choices[0]?.finishReason).toBe('stop');
    expect(chunks.at(-1)?.usage).toEqual(whole.usage);
  });

  it('sends all calls whole in one chunk, with ids of nine signs', async () => {
    const stream = await client.chat.stream({ model: MODEL, messages: [asked], tools: CHAT_TOOLS });
    const chunks = [];
    for await (const { data } of stream) chunks.push(data.choices[0]?.delta.toolCalls ?? []);

    const filled = chunks.filter((calls) => calls.length > 0);
    expect(filled).toHaveLength(1);
    expect(filled[0]?.map((call) => call.function.name)).toEqual(['get_weather', 'get_time']);
    for (const call of filled[0] ?? []) expect(call.id).toMatch(/^[A-Za-z0-9]{9}$/);
  });

  it('thinks in parts of its content', async () => {
    const whole = await client.chat.complete({
      model: MODEL,
      messages: [asked],
      reasoningEffort: 'high',
    });
    const stream = eventData(await (await post({ stream: true, reasoning_effort: 'high' })).text());

    expect(whole.choices[0]?.message?.content).toMatchObject([
      { type: 'thinking', thinking: [{ type: 'text' }] },
      { type: 'text' },
    ]);
    expect(JSON.parse(stream[1] ?? '')).toMatchObject({
      choices: [{ delta: { content: [{ type: 'thinking' }] } }],
    });
  });

  it('takes its own calls and their results back', async () => {
    const first = await client.chat.complete({
      model: MODEL,
      messages: [asked],
      tools: CHAT_TOOLS,
    });
    const message = first.choices[0]?.message;
    const calls = message?.toolCalls ?? [];

    const second = await client.chat.complete({
      model: MODEL,
      tools: CHAT_TOOLS,
      messages: [
        asked,
        { role: 'assistant', content: '', toolCalls: calls },
        ...calls.map(({ id = '' }) => ({ role: 'tool' as const, toolCallId: id, content: '4' })),
      ],
    });

    expect(calls).toHaveLength(2);
    expect(second.choices[0]?.finishReason).toBe('stop');
  });

  it.each([
    ['options of a stream', { stream: true, stream_options: {} }, 422],
    ['a seed under another name', { seed: 1 }, 422],
    ['reasoning in a field', { messages: [{ ...asked, reasoning_content: 'x' }] }, 422],
    ['a tool without parameters', { tools: [{ function: { name: 'f' } }] }, 422],
    ['an answer as the last message', { messages: [{ role: 'assistant', content: 'x' }] }, 400],
    [
      'a foreign call id',
      {
        messages: [
          {
            role: 'assistant',
            content: '',
            tool_calls: [{ id: 'call_1', function: { name: 'f', arguments: '{}' } }],
          },
          { role: 'tool', tool_call_id: 'call_1', content: '4' },
        ],
      },
      400,
    ],
  ])('refuses %s', async (_what, body, status) => {
    const response = await post(body);

    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ object: 'error' });
  });

  it('is overloaded with a throttle of its own number', async () => {
    const messages = [{ role: 'user', content: 'Hi {{sandbox fault=overloaded}}' }];

    const response = await post({ messages });

    expect(response.status).toBe(429);
    expect(await response.json()).toMatchObject({
      type: 'service_tier_capacity_exceeded',
      code: '3505',
    });
  });
});

function textOf({ choices }: CompletionChunk): string {
  const content = choices[0]?.delta.content;
  return typeof content === 'string' ? content : '';
}
