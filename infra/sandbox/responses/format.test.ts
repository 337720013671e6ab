import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Sandbox, startSandbox } from '../server.ts';
import { eventData, postJson, TOOL_PARAMETERS, TOOL_PROMPT } from '../testing/ask-sandbox.ts';

const MODEL = 'gpt-6.1-terra';

const tools = ['get_weather', 'get_time'].map((name) => ({
  type: 'function' as const,
  name,
  parameters: TOOL_PARAMETERS,
  strict: false,
}));

const eventSchema = z.looseObject({ type: z.string(), sequence_number: z.number() });

describe('the format of OpenAI responses', () => {
  let sandbox: Sandbox;
  let client: OpenAI;

  beforeAll(async () => {
    sandbox = await startSandbox({ pace: { ttftMs: 1, gapMs: 0 } });
    client = new OpenAI({ baseURL: `${sandbox.url}/openai/v1`, apiKey: 'none', maxRetries: 0 });
  });
  afterAll(() => sandbox.close());

  async function readEvents(body: Record<string, unknown>) {
    const response = await postJson(`${sandbox.url}/openai/v1/responses`, {
      model: MODEL,
      input: 'Why do leaves turn red?',
      stream: true,
      ...body,
    });
    const data = eventData(await response.text());
    return data.map((each) => eventSchema.parse(JSON.parse(each)));
  }

  it('streams numbered events, and the same text and usage as in one piece', async () => {
    const input = 'Why do leaves turn red?';

    const streamed = await client.responses.stream({ model: MODEL, input }).finalResponse();
    const whole = await client.responses.create({ model: MODEL, input });
    const events = await readEvents({});

    expect(whole.output_text).toMatch(/^\[sandbox\]/);
    expect(streamed.output_text).toBe(whole.output_text);
    expect(streamed.usage).toEqual(whole.usage);
    expect(events.map((event) => event.sequence_number)).toEqual([...events.keys()]);
    expect(new Set(events.map((event) => event.type))).toEqual(
      new Set([
        'response.created',
        'response.in_progress',
        'response.output_item.added',
        'response.content_part.added',
        'response.output_text.delta',
        'response.output_text.done',
        'response.content_part.done',
        'response.output_item.done',
        'response.completed',
      ]),
    );
  });

  it('says that a bound cut it off', async () => {
    const whole = await client.responses.create({
      model: MODEL,
      input: 'Rivers',
      max_output_tokens: 16,
    });

    expect(whole.status).toBe('incomplete');
    expect(whole.incomplete_details).toEqual({ reason: 'max_output_tokens' });
  });

  it('shows its reasoning where a summary is asked for, and encrypts it where that is', async () => {
    const open = await client.responses.create({
      model: MODEL,
      input: 'Rivers',
      reasoning: { effort: 'high', summary: 'auto' },
    });
    const sealed = await client.responses.create({
      model: MODEL,
      input: 'Rivers',
      store: false,
      include: ['reasoning.encrypted_content'],
      reasoning: { effort: 'high' },
    });

    expect(open.output[0]).toMatchObject({
      type: 'reasoning',
      summary: [{ type: 'summary_text' }],
    });
    expect(open.output[0]).not.toHaveProperty('encrypted_content');
    expect(sealed.output[0]).toMatchObject({ type: 'reasoning', summary: [] });
    expect(sealed.output[0]).toHaveProperty('encrypted_content');
    expect(sealed.usage?.output_tokens_details.reasoning_tokens).toBe(16);
  });

  it('goes on with its own items, and refuses reasoning that was changed or left out', async () => {
    const question = { role: 'user' as const, content: TOOL_PROMPT };
    const request = {
      model: MODEL,
      tools,
      store: false,
      include: ['reasoning.encrypted_content' as const],
      reasoning: { effort: 'high' as const },
    };
    const first = await client.responses.create({ ...request, input: [question] });
    const outputs = first.output.flatMap((item) =>
      item.type === 'function_call'
        ? [{ type: 'function_call_output' as const, call_id: item.call_id, output: '4' }]
        : [],
    );
    const [reasoning, ...calls] = first.output;
    const send = (items: readonly unknown[]) =>
      postJson(`${sandbox.url}/openai/v1/responses`, {
        ...request,
        input: [question, ...items, ...outputs],
      });

    const kept = await send([reasoning, ...calls]);
    const altered = await send([{ ...reasoning, encrypted_content: 'gAAAA' }, ...calls]);
    const bare = await send([{ ...reasoning, encrypted_content: undefined }, ...calls]);
    const without = await send(calls);
    const lonely = await send([...calls, reasoning]);

    expect(outputs).toHaveLength(2);
    expect([kept, altered, bare, without, lonely].map(({ status }) => status)).toEqual([
      200, 400, 400, 400, 400,
    ]);
    expect(await altered.json()).toMatchObject({ error: { code: 'invalid_encrypted_content' } });
  });

  it.each([
    ['a field of the chat format', { stop: ['x'] }, 'unknown_parameter'],
    ['a bound below 16', { max_output_tokens: 8 }, 'invalid_value'],
    ['reasoning of a model that has none', { model: 'gpt-4o', reasoning: { effort: 'low' } }, ''],
    ['a call without an output', { input: [callItem('a')] }, ''],
    ['a tool that is strict by default', { tools: [{ ...tools[0], strict: null }] }, ''],
  ])('refuses %s', async (_what, body, code) => {
    const response = await postJson(`${sandbox.url}/openai/v1/responses`, {
      model: MODEL,
      input: 'Hi',
      ...body,
    });

    expect(response.status).toBe(400);
    expect(await response.text()).toContain(code);
  });

  it('is overloaded inside a stream with an error and a failed response', async () => {
    const events = await readEvents({ input: 'Hi {{sandbox fault=overloaded at=2}}' });

    expect(events.slice(-2).map((event) => event.type)).toEqual(['error', 'response.failed']);
  });
});

function callItem(id: string) {
  return { type: 'function_call', call_id: id, name: 'f', arguments: '{}' };
}
