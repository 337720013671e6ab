import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../server.ts';

describe('the OpenAI format, read by the stock SDK', () => {
  let sandbox: Sandbox;
  let client: OpenAI;

  beforeAll(async () => {
    sandbox = await startSandbox({ pace: { ttftMs: 1, gapMs: 0 } });
    client = new OpenAI({ baseURL: `${sandbox.url}/openai/v1`, apiKey: 'none', maxRetries: 0 });
  });
  afterAll(() => sandbox.close());

  it('streams marked text with usage, the same text as in one piece', async () => {
    const messages = [{ role: 'user' as const, content: 'Why do leaves turn red in autumn?' }];

    const stream = await client.chat.completions.create({
      model: 'gpt-6-luna',
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    const whole = await client.chat.completions.create({ model: 'gpt-6-luna', messages });

    const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
    expect(text).toMatch(/^\[sandbox\] .*leaves/s);
    expect(whole.choices[0]?.message.content).toBe(text);
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('stop');
    expect(chunks.at(-1)?.usage).toEqual(whole.usage);
    expect(whole.usage).toMatchObject({
      prompt_tokens: 9,
      completion_tokens: text.match(/\S+/g)?.length,
    });
  });

  it('cuts at the token limit and says so', async () => {
    const reply = await client.chat.completions.create({
      model: 'gpt-6-luna',
      max_completion_tokens: 5,
      messages: [{ role: 'user', content: 'Tell me about rivers' }],
    });

    expect(reply.choices[0]?.finish_reason).toBe('length');
    expect(reply.usage?.completion_tokens).toBe(5);
  });

  it('calls two tools that the prompt speaks of, with arguments that fit', async () => {
    const tool = (name: string): OpenAI.ChatCompletionFunctionTool => ({
      type: 'function',
      function: {
        name,
        parameters: {
          type: 'object',
          properties: { city: { type: 'string' } },
          required: ['city'],
        },
      },
    });

    const runner = client.chat.completions.stream({
      model: 'gpt-6.1-terra',
      messages: [{ role: 'user', content: 'What are the weather and the time in Oslo?' }],
      tools: [tool('get_weather'), tool('get_time'), tool('send_mail')],
    });
    const reply = await runner.finalChatCompletion();

    const calls = reply.choices[0]?.message.tool_calls?.map((call) =>
      call.type === 'function' ? call.function : undefined,
    );
    expect(reply.choices[0]?.finish_reason).toBe('tool_calls');
    expect(calls?.map((call) => call?.name)).toEqual(['get_weather', 'get_time']);
    for (const call of calls ?? []) expect(call?.arguments).toMatch(/^{"city":"(What|Oslo)"}$/);
  });

  it('answers a JSON schema with JSON of that schema', async () => {
    const schema = {
      type: 'object',
      properties: { mood: { enum: ['glad', 'sad'] } },
      required: ['mood'],
      additionalProperties: false,
    };

    const reply = await client.chat.completions.create({
      model: 'gpt-6-luna',
      messages: [{ role: 'user', content: 'How does this review sound?' }],
      response_format: { type: 'json_schema', json_schema: { name: 'mood', strict: true, schema } },
    });

    expect(['{"mood":"glad"}', '{"mood":"sad"}']).toContain(reply.choices[0]?.message.content);
  });

  it('gives errors that the SDK recognises, with the retry hint', async () => {
    const asked = client.chat.completions.create({
      model: 'gpt-6-luna',
      messages: [{ role: 'user', content: 'Hi {{sandbox fault=status status=429 retry-after=2}}' }],
    });

    const error = await asked.then(() => undefined).catch((caught: unknown) => caught);

    expect(error).toBeInstanceOf(OpenAI.RateLimitError);
    expect(error).toMatchObject({ code: 'rate_limit_exceeded', status: 429 });
    const headers: unknown = error instanceof OpenAI.APIError ? error.headers : undefined;
    expect(headers instanceof Headers && headers.get('retry-after')).toBe('2');
  });

  it('lists models', async () => {
    const models = await client.models.list();

    expect(models.data.map((model) => model.id)).toContain('gpt-6-luna');
  });
});
