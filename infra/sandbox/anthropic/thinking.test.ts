import Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../server.ts';
import { postJson, TOOL_PARAMETERS, TOOL_PROMPT } from '../testing/ask-sandbox.ts';

const question = { role: 'user' as const, content: TOOL_PROMPT };
const tools = ['get_weather', 'get_time'].map((name) => ({
  name,
  input_schema: { ...TOOL_PARAMETERS, required: ['city'] },
}));
const request = {
  model: 'claude-haiku-5-5',
  max_tokens: 4_000,
  messages: [question],
  thinking: { type: 'enabled' as const, budget_tokens: 2_000 },
};

describe('thinking in the Anthropic format, read by the stock SDK', () => {
  let sandbox: Sandbox;
  let client: Anthropic;

  beforeAll(async () => {
    sandbox = await startSandbox({ pace: { ttftMs: 1, gapMs: 0 } });
    client = new Anthropic({ baseURL: `${sandbox.url}/anthropic`, apiKey: 'none', maxRetries: 0 });
  });
  afterAll(() => sandbox.close());

  function post(body: Record<string, unknown>): Promise<Response> {
    return postJson(`${sandbox.url}/anthropic/v1/messages`, { ...request, ...body });
  }

  it('comes signed before the answer, the same streamed and in one piece', async () => {
    const streamed = await client.messages.stream(request).finalMessage();
    const whole = await client.messages.create(request);

    expect(whole.content.map(({ type }) => type)).toEqual(['thinking', 'text']);
    expect(streamed.content).toEqual(whole.content);
    expect(streamed.usage.output_tokens).toBe(whole.usage.output_tokens);
    expect(whole.usage).toMatchObject({ output_tokens_details: { thinking_tokens: 16 } });
  });

  it('has no text where it is to be omitted, but a signature', async () => {
    const reply = await client.messages.create({
      ...request,
      thinking: { type: 'adaptive', display: 'omitted' },
    });

    expect(reply.content[0]).toMatchObject({ type: 'thinking', thinking: '' });
  });

  it('has to come back as it was with the results of tools', async () => {
    const { content } = await client.messages.create({ ...request, tools });
    const [thinking, ...calls] = content;
    const results = calls.flatMap((block) =>
      block.type === 'tool_use' ? [{ type: 'tool_result', tool_use_id: block.id }] : [],
    );
    const send = (blocks: readonly unknown[], more: Record<string, unknown> = {}) =>
      post({
        tools,
        messages: [
          question,
          { role: 'assistant', content: blocks },
          { role: 'user', content: results },
        ],
        ...more,
      });

    const kept = await send(content);
    const altered = await send([{ ...thinking, thinking: 'Something else' }, ...calls]);
    const forgotten = await send(calls);
    const adaptive = await send(calls, { thinking: { type: 'adaptive' } });

    expect(results).toHaveLength(2);
    expect([kept, altered, forgotten, adaptive].map(({ status }) => status)).toEqual([
      200, 400, 400, 200,
    ]);
    expect(await altered.text()).toContain('Invalid `signature` in `thinking` block');
    expect(await forgotten.text()).toContain('must start with a thinking block');
  });

  it.each([
    ['a field that nobody knows', { seed: 1 }],
    ['a temperature beside thinking', { temperature: 0.5 }],
    ['a forced tool beside thinking', { tools, tool_choice: { type: 'any' } }],
    ['a budget above the bound', { max_tokens: 1_500 }],
    ['two sampling settings', { thinking: undefined, temperature: 0.5, top_p: 0.5 }],
    ['an answer as the first message', { messages: [{ role: 'assistant', content: 'Hi' }] }],
    ['an empty text', { messages: [{ role: 'user', content: [{ type: 'text', text: '' }] }] }],
    [
      'an image that is no base64',
      {
        messages: [
          {
            role: 'user',
            content: [
              {
                type: 'image',
                source: { type: 'base64', media_type: 'image/png', data: 'data:image/png' },
              },
            ],
          },
        ],
      },
    ],
    [
      'a result without a call',
      { messages: [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a' }] }] },
    ],
  ])('is asked for in vain with %s', async (_what, body) => {
    const response = await post(body);

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
  });

  it('names the sequence that stopped the answer', async () => {
    const reply = await client.messages.create({
      ...request,
      stop_sequences: ['weather'],
    });

    expect(reply.stop_reason).toBe('stop_sequence');
    expect(reply.stop_sequence).toBe('weather');
    expect(JSON.stringify(reply.content.at(-1))).not.toContain('weather');
  });
});
