import { Ollama } from 'ollama';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../server.ts';
import { postJson, TOOL_PROMPT } from '../testing/ask-sandbox.ts';

const MODEL = 'qwen3:14b';
const messages = [{ role: 'user', content: TOOL_PROMPT }];
const tools = ['get_weather', 'get_time'].map((name) => ({
  type: 'function',
  function: {
    name,
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
}));

describe('the native format of Ollama, read by the stock client', () => {
  let sandbox: Sandbox;
  let client: Ollama;

  beforeAll(async () => {
    sandbox = await startSandbox({ pace: { ttftMs: 1, gapMs: 0 } });
    client = new Ollama({ host: `${sandbox.url}/ollama` });
  });
  afterAll(() => sandbox.close());

  it('streams a document a line, and the same text and counts as in one piece', async () => {
    const lines = [];
    for await (const line of await client.chat({ model: MODEL, messages, stream: true }))
      lines.push(line);
    const whole = await client.chat({ model: MODEL, messages });

    expect(whole.message.content).toMatch(/^\[sandbox\]/);
    expect(lines.map((line) => line.message.content).join('')).toBe(whole.message.content);
    expect(lines.map((line) => line.done).lastIndexOf(false)).toBe(lines.length - 2);
    expect(lines.at(-1)).toMatchObject({ done: true, done_reason: 'stop' });
    expect(lines.at(-1)?.eval_count).toBe(whole.eval_count);
  });

  it('streams unless it is told not to', async () => {
    const response = await postJson(`${sandbox.url}/ollama/api/chat`, { model: MODEL, messages });

    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    expect((await response.text()).trim().split('\n').length).toBeGreaterThan(2);
  });

  it('sends calls one a line, with objects of arguments and the reason stop', async () => {
    const lines = [];
    for await (const line of await client.chat({ model: MODEL, messages, tools, stream: true }))
      lines.push(line);

    const calls = lines.map((line) => line.message.tool_calls ?? []);
    expect(calls.map((each) => each.length)).toEqual([1, 1, 0]);
    expect(calls.flat().map((call) => call.function.name)).toEqual(['get_weather', 'get_time']);
    expect(calls.flat()[0]?.function.arguments).toHaveProperty('city');
    expect(lines.at(-1)?.done_reason).toBe('stop');
  });

  it('thinks when it is told to', async () => {
    const reply = await client.chat({ model: MODEL, messages, think: 'low' });

    expect(reply.message.thinking).toMatch(/^\[sandbox\]/);
  });

  it('answers with JSON of a schema', async () => {
    const format = { type: 'object', properties: { mood: { const: 'glad' } }, required: ['mood'] };

    const reply = await client.chat({ model: MODEL, messages, format });

    expect(reply.message.content).toBe('{"mood":"glad"}');
  });

  it.each([
    ['content in parts', { messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }] }],
    [
      'an image by its URL',
      { messages: [{ role: 'user', images: ['https://example.com/a.png'] }] },
    ],
    ['a level of thinking that it does not know', { think: 'max' }],
    [
      'arguments as text',
      {
        messages: [
          { role: 'assistant', tool_calls: [{ function: { name: 'f', arguments: '{}' } }] },
        ],
      },
    ],
  ])('refuses %s', async (_what, body) => {
    const url = `${sandbox.url}/ollama/api/chat`;

    const response = await postJson(url, { model: MODEL, messages, ...body });

    expect(response.status).toBe(400);
    expect(await response.json()).toHaveProperty('error');
  });

  it('is overloaded inside a stream with a line of its own', async () => {
    const response = await postJson(`${sandbox.url}/ollama/api/chat`, {
      model: MODEL,
      messages: [{ role: 'user', content: 'Hi {{sandbox fault=overloaded at=2}}' }],
    });

    const lines = (await response.text()).trim().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[2]).toContain('"error":"[sandbox] server busy');
  });
});
