import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Sandbox, startSandbox } from '../server.ts';
import { CHAT_TOOLS, eventData, postJson, TOOL_PROMPT } from '../testing/ask-sandbox.ts';

const messageSchema = z.looseObject({
  content: z.string(),
  reasoning_content: z.string().optional(),
  tool_calls: z.array(z.looseObject({ id: z.string() })).optional(),
});

const replySchema = z.object({
  choices: z.array(z.object({ message: messageSchema })).length(1),
  usage: z.looseObject({ prompt_tokens: z.number(), completion_tokens: z.number() }),
});

const chunkSchema = z.object({
  choices: z.array(
    z.object({
      delta: z.looseObject({
        content: z.string().nullish(),
        reasoning_content: z.string().nullish(),
      }),
      finish_reason: z.string().nullable(),
    }),
  ),
  usage: z.unknown().optional(),
});

describe('the DeepSeek format', () => {
  let sandbox: Sandbox;

  beforeAll(async () => {
    sandbox = await startSandbox({ pace: { ttftMs: 1, gapMs: 0 } });
  });
  afterAll(() => sandbox.close());

  function post(body: Record<string, unknown>): Promise<Response> {
    return postJson(`${sandbox.url}/deepseek/chat/completions`, {
      model: 'deepseek-flash',
      messages: [{ role: 'user', content: 'Why do leaves turn red?' }],
      ...body,
    });
  }

  it('thinks unless it is told not to, and reports its usage on the last chunk', async () => {
    const whole = replySchema.parse(await (await post({})).json());
    const events = eventData(await (await post({ stream: true })).text());

    const chunks = events.slice(0, -1).map((data) => chunkSchema.parse(JSON.parse(data)));
    const deltas = chunks.map((chunk) => chunk.choices[0]?.delta);
    const message = whole.choices[0]?.message;
    expect(events.at(-1)).toBe('[DONE]');
    expect(deltas.map((delta) => delta?.reasoning_content ?? '').join('')).toBe(
      message?.reasoning_content,
    );
    expect(deltas.map((delta) => delta?.content ?? '').join('')).toBe(message?.content);
    expect(message?.reasoning_content).toMatch(/^\[sandbox\]/);
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('stop');
    expect(chunks.at(-1)?.usage).toEqual(whole.usage);
    expect(whole.usage).toMatchObject({
      completion_tokens_details: { reasoning_tokens: 16 },
      prompt_cache_hit_tokens: 0,
      prompt_cache_miss_tokens: whole.usage.prompt_tokens,
    });
  });

  it('keeps its thoughts to itself where thinking is off', async () => {
    const reply = await post({ thinking: { type: 'disabled' } });

    const { choices, usage } = replySchema.parse(await reply.json());
    expect(choices[0]?.message).not.toHaveProperty('reasoning_content');
    expect(usage).not.toHaveProperty('completion_tokens_details');
  });

  it('wants to be told what it thought when it called tools', async () => {
    const tools = CHAT_TOOLS;
    const asked = { role: 'user', content: TOOL_PROMPT };
    const first = replySchema.parse(await (await post({ messages: [asked], tools })).json());
    const message = first.choices[0]?.message;
    const results = (message?.tool_calls ?? []).map(({ id }) => ({
      role: 'tool',
      tool_call_id: id,
      content: '4',
    }));
    const { reasoning_content: _reasoning, ...bare } = message ?? {};

    const kept = await post({ messages: [asked, message, ...results], tools });
    const forgotten = await post({ messages: [asked, bare, ...results], tools });
    const off = await post({
      messages: [asked, bare, ...results],
      tools,
      thinking: { type: 'disabled' },
    });

    expect(results).toHaveLength(2);
    expect([kept.status, forgotten.status, off.status]).toEqual([200, 400, 200]);
    expect(await forgotten.text()).toMatch(
      /"message":".*reasoning_content.*"invalid_request_error"/,
    );
  });

  it.each([
    ['a JSON schema', { response_format: { type: 'json_schema', json_schema: { name: 'x' } } }],
    ['JSON without the word', { response_format: { type: 'json_object' } }],
    [
      'an image',
      {
        messages: [
          {
            role: 'user',
            content: [{ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }],
          },
        ],
      },
    ],
  ])('refuses %s', async (_what, body) => {
    const response = await post(body);

    expect(response.status).toBe(400);
  });

  it('is busy inside a stream with an error in the place of a chunk', async () => {
    const messages = [{ role: 'user', content: 'Hi {{sandbox fault=overloaded at=2}}' }];

    const events = eventData(await (await post({ stream: true, messages })).text());

    expect(JSON.parse(events.at(-1) ?? '')).toMatchObject({
      error: { type: 'service_unavailable_error' },
    });
  });
});
