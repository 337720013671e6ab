import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Sandbox, startSandbox } from '../server.ts';
import { CHAT_TOOLS, eventData, postJson, TOOL_PROMPT } from '../testing/ask-sandbox.ts';

const callSchema = z.object({
  id: z.string(),
  index: z.number(),
  function: z.object({ name: z.string().optional(), arguments: z.string() }),
});

const chunkSchema = z.object({
  choices: z.array(
    z.object({
      delta: z.looseObject({
        content: z.string().nullish(),
        reasoning_content: z.string().nullish(),
        tool_calls: z.array(callSchema).optional(),
      }),
    }),
  ),
  usage: z.unknown().optional(),
});

describe('the compatible format of Qwen', () => {
  let sandbox: Sandbox;

  beforeAll(async () => {
    sandbox = await startSandbox({ pace: { ttftMs: 1, gapMs: 0 } });
  });
  afterAll(() => sandbox.close());

  function post(body: Record<string, unknown>): Promise<Response> {
    return postJson(`${sandbox.url}/qwen/compatible-mode/v1/chat/completions`, {
      model: 'qwen3.5-plus',
      messages: [{ role: 'user', content: TOOL_PROMPT }],
      ...body,
    });
  }

  async function readChunks(body: Record<string, unknown>) {
    const events = eventData(await (await post({ stream: true, ...body })).text());
    return events.slice(0, -1).map((data) => chunkSchema.parse(JSON.parse(data)));
  }

  it('leaves the id of later pieces of a call empty, and the name once', async () => {
    const chunks = await readChunks({ tools: CHAT_TOOLS, parallel_tool_calls: true });

    const pieces = chunks.flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? []);
    const own = pieces.filter(({ index }) => index === 1);
    expect(pieces[0]?.function).toEqual({ name: 'get_weather', arguments: '' });
    expect(own[0]?.function.name).toBe('get_time');
    expect(own[1]?.function.name).toBe('');
    expect(own[2]?.id).toBe('');
    expect(JSON.parse(own.map((piece) => piece.function.arguments).join(''))).toHaveProperty(
      'city',
    );
  });

  it('calls one tool at a time unless it may call more', async () => {
    const chunks = await readChunks({ tools: CHAT_TOOLS });

    const pieces = chunks.flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? []);
    expect(new Set(pieces.map(({ index }) => index))).toEqual(new Set([0]));
  });

  it('thinks when it is told to, and reports usage in a chunk of its own', async () => {
    const chunks = await readChunks({
      enable_thinking: true,
      stream_options: { include_usage: true },
    });

    const [first, second] = chunks.map((chunk) => chunk.choices[0]?.delta);
    expect(first).toMatchObject({ content: null, reasoning_content: '' });
    expect(second?.reasoning_content).toMatch(/^\[sandbox\]/);
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: { completion_tokens_details: { reasoning_tokens: 16 } },
    });
  });

  it('is read by the stock SDK', async () => {
    const client = new OpenAI({
      baseURL: `${sandbox.url}/qwen/compatible-mode/v1`,
      apiKey: 'none',
      maxRetries: 0,
    });

    const reply = await client.chat.completions
      .stream({ model: 'qwen-plus', messages: [{ role: 'user', content: TOOL_PROMPT }] })
      .finalChatCompletion();

    expect(reply.choices[0]?.message.content).toMatch(/^\[sandbox\]/);
  });

  it.each([
    ['thinking of an open model without a stream', { model: 'qwen3-32b' }],
    [
      'JSON from a thinking model',
      { enable_thinking: true, stream: true, response_format: { type: 'json_object' } },
    ],
    ['a forced call of any tool', { tools: CHAT_TOOLS, tool_choice: 'required' }],
    ['a temperature of 2', { temperature: 2 }],
  ])('refuses %s', async (_what, body) => {
    const response = await post(body);

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { code: 'invalid_parameter_error' },
      request_id: 'switchyard-sandbox',
    });
  });
});
