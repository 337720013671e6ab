import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Sandbox, startSandbox } from '../server.ts';
import { CHAT_TOOLS, eventData, postJson, TOOL_PROMPT } from '../testing/ask-sandbox.ts';

const callSchema = z.looseObject({ id: z.string(), index: z.number() });

const messageSchema = z.looseObject({
  content: z.union([z.string(), z.array(z.object({ text: z.string() }))]),
  reasoning_content: z.string().optional(),
  tool_calls: z.array(callSchema).optional(),
});

const bodySchema = z.object({
  output: z.object({
    choices: z
      .array(z.object({ message: messageSchema, finish_reason: z.string() }))
      .length(1)
      .optional(),
    text: z.string().optional(),
  }),
  usage: z.looseObject({ input_tokens: z.number(), output_tokens: z.number() }),
});

describe('the native format of DashScope', () => {
  let sandbox: Sandbox;

  beforeAll(async () => {
    sandbox = await startSandbox({ pace: { ttftMs: 1, gapMs: 0 } });
  });
  afterAll(() => sandbox.close());

  function post(order: {
    readonly task?: 'text' | 'multimodal';
    readonly stream?: boolean;
    readonly model?: string;
    readonly content?: unknown;
    readonly messages?: readonly unknown[];
    readonly parameters?: Record<string, unknown>;
  }): Promise<Response> {
    const { task = 'text', stream = false, content = TOOL_PROMPT } = order;
    return postJson(
      `${sandbox.url}/dashscope/api/v1/services/aigc/${task}-generation/generation`,
      {
        model: order.model ?? 'qwen-plus',
        input: { messages: order.messages ?? [{ role: 'user', content }] },
        parameters: { result_format: 'message', ...order.parameters },
      },
      stream ? { 'x-dashscope-sse': 'enable' } : {},
    );
  }

  async function readStream(order: Parameters<typeof post>[0]) {
    const raw = await (await post({ stream: true, ...order })).text();
    return { raw, bodies: eventData(raw).map((data) => bodySchema.parse(JSON.parse(data))) };
  }

  it('streams increments, and the same text and usage as in one piece', async () => {
    const { raw, bodies } = await readStream({ parameters: { incremental_output: true } });
    const whole = bodySchema.parse(await (await post({})).json());

    const choices = bodies.flatMap((body) => body.output.choices ?? []);
    expect(raw).toMatch(/^id:1\nevent:result\n:HTTP_STATUS\/200\ndata:\{/);
    expect(choices.map((choice) => textOf(choice.message)).join('')).toBe(
      whole.output.choices?.[0]?.message.content,
    );
    expect(new Set(choices.slice(0, -1).map((choice) => choice.finish_reason))).toEqual(
      new Set(['null']),
    );
    expect(choices.at(-1)?.finish_reason).toBe('stop');
    expect(bodies.at(-1)?.usage).toEqual(whole.usage);
  });

  it('repeats the whole text where increments are not asked for', async () => {
    const { bodies } = await readStream({ parameters: { result_format: 'text' } });

    const texts = bodies.map((body) => body.output.text ?? '');
    expect(texts[1]?.startsWith(texts[0] ?? '-')).toBe(true);
    expect(texts.at(-1)).toBe(texts.at(-2));
  });

  it('streams parallel calls in pieces whose later ids are empty', async () => {
    const { bodies } = await readStream({
      parameters: { incremental_output: true, tools: CHAT_TOOLS, parallel_tool_calls: true },
    });

    const calls = bodies.flatMap((body) => body.output.choices?.[0]?.message.tool_calls ?? []);
    expect(new Set(calls.map(({ index }) => index))).toEqual(new Set([0, 1]));
    expect(calls.filter(({ id }) => id !== '')).toHaveLength(2);
    expect(bodies.at(-1)?.output.choices?.[0]?.finish_reason).toBe('tool_calls');
  });

  it('thinks when it is told to', async () => {
    const { bodies } = await readStream({
      parameters: { incremental_output: true, enable_thinking: true },
    });

    expect(bodies[0]?.output.choices?.[0]?.message.reasoning_content).toMatch(/^\[sandbox\]/);
    expect(bodies.at(-1)?.usage).toMatchObject({ output_tokens_details: { reasoning_tokens: 16 } });
  });

  it('takes images and gives text in parts on the multimodal path', async () => {
    const response = await post({
      task: 'multimodal',
      model: 'qwen3-vl-plus',
      content: [{ image: 'data:image/png;base64,AAAA' }, { text: 'What is this?' }],
    });

    const body = bodySchema.parse(await response.json());
    expect(body.output.choices?.[0]?.message.content).toHaveLength(1);
    expect(sandbox.calls().at(-1)?.images).toHaveLength(1);
  });

  it.each([
    ['parts on the text path', { content: [{ text: 'Hi' }] }],
    ['a vision model on the text path', { model: 'qwen-vl-plus' }],
    ['a text model on the multimodal path', { task: 'multimodal' as const }],
    [
      'an image that is none',
      { task: 'multimodal' as const, model: 'qwen3.6-plus', content: [{ image: 'AAAA' }] },
    ],
    ['a forced call of any tool', { parameters: { tools: CHAT_TOOLS, tool_choice: 'required' } }],
    ['tools without messages as the result', { parameters: { result_format: 'text', tools: [] } }],
    ['a temperature of 2', { parameters: { temperature: 2 } }],
    ['a result without a call', { messages: [{ role: 'tool', tool_call_id: 'a', content: '4' }] }],
  ])('refuses %s', async (_what, order) => {
    const response = await post(order);

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'InvalidParameter' });
  });

  it('is overloaded inside a stream with an event of its own', async () => {
    const response = await post({ stream: true, content: 'Hi {{sandbox fault=overloaded at=2}}' });

    expect(await response.text()).toMatch(
      /event:error\n:HTTP_STATUS\/503\ndata:\{"code":"ModelUnavailable"/,
    );
  });
});

function textOf({ content }: z.infer<typeof messageSchema>): string {
  return typeof content === 'string' ? content : content.map(({ text }) => text).join('');
}
