import type OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { askChat, type CollectedChat, failureOf } from '../support/collected-chat.ts';
import { KIND_CASES, modelOf } from '../support/every-kind-config.ts';
import { type EveryKindSystem, startEveryKindSystem } from '../support/every-kind-system.ts';

/** Words that the sandbox thinks. */
const REASONING_TOKENS = 16;

const weatherSchema = z.strictObject({ city: z.string() });
const populationSchema = z.strictObject({ city: z.string(), year: z.number().int().min(1_900) });

let system: EveryKindSystem;

beforeAll(async () => {
  system = await startEveryKindSystem();
});

afterAll(async () => {
  await system.stop();
});

const WAYS = [
  ['whole', false],
  ['streamed', true],
] as const;

const EACH = KIND_CASES.flatMap((each) =>
  WAYS.map(([way, stream]) => ({ ...each, name: modelOf(each), way, stream })),
);

describe.each(EACH)('$name, $way', (given) => {
  const { name, stream, way } = given;

  it('calls two tools at once, and goes on from their results', async () => {
    const request = toolRequest(name, `tools-${name}-${way}`);

    const first = await askChat(system.openai, request, stream);
    const second = await askChat(system.openai, withResults(request, first), stream);

    expect(first.finishReason).toBe('tool_calls');
    expectTwoCalls(first);
    expect(second.finishReason).toBe('stop');
    expect(second.toolCalls).toEqual([]);
    expect(second.text).toMatch(/^\[sandbox\]/);
  });

  it('thinks before it answers', async () => {
    const answer = await askChat(
      system.openai,
      { model: name, reasoning_effort: 'high', messages: [user('Why do leaves turn red?')] },
      stream,
    );

    const reported = answer.usages[0]?.completion_tokens_details?.reasoning_tokens;
    expect(answer.text).toMatch(/^\[sandbox\] .*leaves/s);
    expect(answer.reasoning).toMatch(given.showsReasoning ? /^\[sandbox\] .*leaves/s : /^$/);
    expect(reported).toBe(given.countsReasoning ? REASONING_TOKENS : undefined);
  });

  it('gets its reasoning back with the results of tools', async () => {
    const tag = `reasoned-${name}-${way}`;
    const request = { ...toolRequest(name, tag), reasoning_effort: 'high' as const };

    const first = await askChat(system.openai, request, stream);
    const second = await askChat(system.openai, withResults(request, first), stream);

    const [, call] = await system.witness.ended(tag);
    expectTwoCalls(first);
    expect(second.finishReason).toBe('stop');
    expect(second.text).toMatch(/^\[sandbox\]/);
    expect(call?.reasoningReturned).toBeGreaterThanOrEqual(given.wantsReasoningBack ? 1 : 0);
  });
});

describe.each(EACH.filter((each) => each.forcesCalls))('$name, $way', ({ name, stream }) => {
  it('is forced to call a tool', async () => {
    const answer = await askChat(system.openai, forcedRequest(name), stream);

    expect(answer.finishReason).toBe('tool_calls');
    expect(answer.toolCalls).toHaveLength(1);
  });
});

describe.each(EACH.filter((each) => !each.forcesCalls))('$name, $way', ({ name, stream }) => {
  it('says that it cannot be forced to call a tool', async () => {
    const refused = await failureOf(askChat(system.openai, forcedRequest(name), stream));

    expect(refused).toMatchObject({ status: 400 });
    expect(refused.message).toMatch(/forced/);
  });
});

describe.each(EACH.filter((each) => each.takesBudgets))(
  '$name, $way',
  ({ wantsReasoningBack, name, stream, way }) => {
    it('gets reasoning with a budget back, too', async () => {
      const tag = `budget-${name}-${way}`;
      const request = { ...toolRequest(name, tag), reasoning: { max_tokens: 2_048 } };

      const first = await askChat(system.openai, request, stream);
      const second = await askChat(system.openai, withResults(request, first), stream);

      const [, call] = await system.witness.ended(tag);
      expectTwoCalls(first);
      expect(first.reasoning).toMatch(/^\[sandbox\]/);
      expect(second.finishReason).toBe('stop');
      expect(call?.reasoningReturned).toBeGreaterThanOrEqual(wantsReasoningBack ? 1 : 0);
    });
  },
);

describe.each(EACH.filter((each) => !each.takesBudgets))('$name, $way', ({ name, stream }) => {
  it('says that it knows no budget', async () => {
    const request = { ...toolRequest(name, 'no-budget'), reasoning: { max_tokens: 2_048 } };

    const refused = await failureOf(askChat(system.openai, request, stream));

    expect(refused).toMatchObject({ status: 400 });
    expect(refused.message).toMatch(/budget/);
  });
});

describe.each(EACH.filter((each) => !each.refusesForgotten))('$name, $way', ({ name, stream }) => {
  it('goes on where the client forgot the reasoning', async () => {
    const request = { ...toolRequest(name, 'forgotten'), reasoning_effort: 'high' as const };

    const first = await askChat(system.openai, request, stream);
    const second = await askChat(system.openai, withResults(request, forgetful(first)), stream);

    expect(second.finishReason).toBe('stop');
    expect(second.text).toMatch(/^\[sandbox\]/);
  });
});

describe.each(EACH.filter((each) => each.refusesForgotten))('$name, $way', ({ name, stream }) => {
  it('says that the client forgot the reasoning', async () => {
    const request = { ...toolRequest(name, 'forgotten'), reasoning_effort: 'high' as const };

    const first = await askChat(system.openai, request, stream);
    const second = withResults(request, forgetful(first));
    const refused = await failureOf(askChat(system.openai, second, stream));

    expect(refused).toMatchObject({ status: 400 });
    expect(refused.message).toMatch(/without their reasoning/);
  });
});

function user(content: string) {
  return { role: 'user' as const, content };
}

function expectTwoCalls({ toolCalls }: CollectedChat): void {
  const [weather, population] = toolCalls.map((call): unknown =>
    JSON.parse(call.function.arguments),
  );
  expect(toolCalls.map((call) => call.function.name)).toEqual(['get_weather', 'get_population']);
  expect(new Set(toolCalls.map((call) => call.id)).size).toBe(2);
  expect(weatherSchema.safeParse(weather).success).toBe(true);
  expect(populationSchema.safeParse(population).success).toBe(true);
}

function toolRequest(model: string, tag: string) {
  const city = { type: 'string' };
  const prompt = `The weather and the population of Oslo in 1950? {{sandbox tag=${tag}}}`;
  const messages: OpenAI.ChatCompletionMessageParam[] = [user(prompt)];
  return {
    model,
    messages,
    parallel_tool_calls: true,
    tools: [
      tool('get_weather', { city }),
      tool('get_population', { city, year: { type: 'integer', minimum: 1_900 } }),
    ],
  };
}

/** A prompt that speaks of no tool. */
function forcedRequest(model: string) {
  const { tools } = toolRequest(model, 'forced');
  return { model, tools, tool_choice: 'required' as const, messages: [user('Good morning!')] };
}

function tool(
  name: string,
  properties: Readonly<Record<string, unknown>>,
): OpenAI.ChatCompletionFunctionTool {
  const parameters = { type: 'object', properties, required: Object.keys(properties) };
  return { type: 'function', function: { name, parameters } };
}

/** The answer as a client keeps it that knows OpenAI's own fields only. */
function forgetful(chat: CollectedChat): CollectedChat {
  const message = { role: 'assistant' as const, content: null, tool_calls: [...chat.toolCalls] };
  return { ...chat, message };
}

/** The conversation with the answer exactly as it came, and with a result for each of its calls. */
function withResults<T extends ReturnType<typeof toolRequest>>(
  request: T,
  { message, toolCalls }: CollectedChat,
): T {
  const results = toolCalls.map(({ id }) => ({
    role: 'tool' as const,
    tool_call_id: id,
    content: '{"value":4}',
  }));
  return { ...request, messages: [...request.messages, message, ...results] };
}
