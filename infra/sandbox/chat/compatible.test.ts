import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../server.ts';
import { CHAT_TOOLS, eventData, postJson, TOOL_PROMPT } from '../testing/ask-sandbox.ts';

const asked = { role: 'user' as const, content: TOOL_PROMPT };

describe("the format of a server of one's own", () => {
  let sandbox: Sandbox;

  beforeAll(async () => {
    sandbox = await startSandbox({ pace: { ttftMs: 1, gapMs: 0 } });
  });
  afterAll(() => sandbox.close());

  function post(body: Record<string, unknown>): Promise<Response> {
    const url = `${sandbox.url}/compatible/v1/chat/completions`;
    return postJson(url, { model: 'qwen3-32b', messages: [asked], ...body });
  }

  it('shows reasoning in the field that vLLM has for it', async () => {
    const events = eventData(await (await post({ stream: true, reasoning_effort: 'low' })).text());

    expect(events[1]).toMatch('"delta":{"reasoning":"[sandbox]');
  });

  it('passes over fields that it does not know, and reports usage only when asked', async () => {
    const events = eventData(await (await post({ stream: true, min_p: 0.1 })).text());

    expect(events.at(-1)).toBe('[DONE]');
    expect(events.filter((data) => data.includes('"usage"'))).toEqual([]);
  });

  it('is read by the stock SDK with parallel calls', async () => {
    const client = new OpenAI({
      baseURL: `${sandbox.url}/compatible/v1`,
      apiKey: 'none',
      maxRetries: 0,
    });

    const reply = await client.chat.completions
      .stream({ model: 'm', messages: [asked], tools: CHAT_TOOLS })
      .finalChatCompletion();

    expect(reply.choices[0]?.message.tool_calls).toHaveLength(2);
  });

  it('names the status in its errors', async () => {
    const response = await post({ messages: [] });

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { type: 'BadRequestError', code: 400 } });
  });
});
