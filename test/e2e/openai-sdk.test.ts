import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { IntakeHttp } from '../support/intake-http.ts';
import { oraclePrompt, oracleText } from '../support/oracle.ts';
import { SandboxWitness } from '../support/sandbox-witness.ts';
import { startTestFleet, type TestFleet } from '../support/test-fleet.ts';

/** The stock SDK: only `baseURL` and `apiKey` are ours. */
let system: TestFleet;
let openai: OpenAI;
let witness: SandboxWitness;

beforeAll(async () => {
  system = await startTestFleet();
  const { fleet, apiKey } = system;
  openai = new OpenAI({ baseURL: `${fleet.edge.url}/v1`, apiKey });
  witness = new SandboxWitness(fleet.sandbox?.url ?? '');
});

afterAll(async () => {
  await system.stop();
});

const WEATHER_AND_TIME: OpenAI.ChatCompletionTool[] = [
  {
    type: 'function',
    function: {
      name: 'get_weather',
      parameters: {
        type: 'object',
        properties: { city: { type: 'string' } },
        required: ['city'],
      },
    },
  },
  {
    type: 'function',
    function: {
      name: 'get_population',
      parameters: {
        type: 'object',
        properties: { city: { type: 'string' }, year: { type: 'integer', minimum: 1900 } },
        required: ['city', 'year'],
      },
    },
  },
];

const personSchema = z.strictObject({ name: z.string(), year: z.number().int() });
const weatherSchema = z.strictObject({ city: z.string() });
const populationSchema = z.strictObject({ city: z.string(), year: z.number().int().min(1_900) });

describe('an answer', () => {
  it('is streamed whole, as the provider sent it', async () => {
    const stream = await openai.chat.completions.create({
      model: 'auto',
      stream: true,
      messages: [user(oraclePrompt({ deltas: 120, gapMs: 5, tag: 'streamed' }))],
    });

    const answer = await collect(stream);

    const [call] = await witness.ended('streamed');
    expect(answer.text).toBe(oracleText(call ?? { model: '', number: 0 }, 120));
    expect(answer.finishReason).toBe('stop');
    expect(answer.model).toBe(call?.model);
    expect(answer.usages).toEqual([]);
    expect(answer.chunks, 'in pieces').toBeGreaterThan(5);
  });

  it('arrives while the provider is still sending', async () => {
    const stream = await openai.chat.completions.create({
      model: 'auto',
      stream: true,
      messages: [user(oraclePrompt({ deltas: 40, gapMs: 25, tag: 'early' }))],
    });
    let endedHow: string | undefined = 'no text came';

    for await (const chunk of stream) {
      if ((chunk.choices[0]?.delta.content ?? '') === '') continue;
      endedHow = (await witness.calls('early'))[0]?.endedHow;
      break;
    }

    expect(endedHow, 'the call runs when its first text is here').toBeUndefined();
  });

  it('comes as one object when it is not streamed', async () => {
    const completion = await openai.chat.completions.create({
      model: 'auto',
      messages: [user(oraclePrompt({ deltas: 60, tag: 'whole' }))],
    });

    const [call] = await witness.ended('whole');
    const [choice] = completion.choices;
    expect(choice?.message.content).toBe(oracleText(call ?? { model: '', number: 0 }, 60));
    expect(choice?.finish_reason).toBe('stop');
    expect(completion.object).toBe('chat.completion');
    expect(completion.usage?.completion_tokens).toBe(60);
    expect(completion.usage?.total_tokens).toBe((completion.usage?.prompt_tokens ?? 0) + 60);
  });

  it('ends with one chunk of usage when the client asks for it', async () => {
    const stream = await openai.chat.completions.create({
      model: 'auto',
      stream: true,
      stream_options: { include_usage: true },
      messages: [user(oraclePrompt({ deltas: 30, tag: 'usage' }))],
    });

    const answer = await collect(stream);

    expect(answer.usages).toHaveLength(1);
    expect(answer.usages[0]?.completion_tokens).toBe(30);
    expect(answer.lastChunkHasUsage).toBe(true);
  });

  it('names its job, whose view tells the same', async () => {
    const { data, response } = await openai.chat.completions
      .create({
        model: 'auto',
        messages: [user(oraclePrompt({ deltas: 20, tag: 'named' }))],
      })
      .withResponse();

    const jobId = response.headers.get('x-switchyard-job-id') ?? '';
    const view = await new IntakeHttp(system.fleet.intake.url, system.apiKey).end(jobId);
    expect(view.result?.text).toBe(data.choices[0]?.message.content);
    expect(view.usage?.outputTokens).toBe(20);
    expect(view.costNanoUsd).toBeGreaterThan(0);
  });

  it('fits the JSON schema that was asked for', async () => {
    const completion = await openai.chat.completions.create({
      model: 'auto',
      messages: [user('Extract the person: Ada Lovelace, born 1815. {{sandbox ttft=1 gap=1}}')],
      response_format: {
        type: 'json_schema',
        json_schema: {
          name: 'person',
          strict: true,
          schema: {
            type: 'object',
            properties: { name: { type: 'string' }, year: { type: 'integer' } },
            required: ['name', 'year'],
            additionalProperties: false,
          },
        },
      },
    });

    const person: unknown = JSON.parse(completion.choices[0]?.message.content ?? '');
    expect(() => personSchema.parse(person)).not.toThrow();
  });
});

describe('tool calls', () => {
  const request = {
    model: 'auto',
    tools: WEATHER_AND_TIME,
    messages: [user('The weather and the population of Oslo in 1950? {{sandbox ttft=1 gap=1}}')],
  };

  it('come in parallel, with arguments that are JSON', async () => {
    const completion = await openai.chat.completions.create(request);

    const calls = completion.choices[0]?.message.tool_calls ?? [];
    expect(completion.choices[0]?.finish_reason).toBe('tool_calls');
    expect(completion.choices[0]?.message.content).toBeNull();
    expect(calls.map(nameOf)).toEqual(['get_weather', 'get_population']);
    expect(new Set(calls.map((call) => call.id)).size).toBe(2);
    expect(() => weatherSchema.parse(calls.map(argumentsOf)[0])).not.toThrow();
    expect(() => populationSchema.parse(calls.map(argumentsOf)[1])).not.toThrow();
  });

  it('are put together from a stream by the SDK as when they come whole', async () => {
    const whole = await openai.chat.completions.create(request);

    const streamed = await openai.chat.completions.stream(request).finalChatCompletion();

    const calls = streamed.choices[0]?.message.tool_calls ?? [];
    expect(streamed.choices[0]?.finish_reason).toBe('tool_calls');
    expect(calls.map(nameOf)).toEqual(['get_weather', 'get_population']);
    expect(calls.map(argumentsOf)).toEqual(
      (whole.choices[0]?.message.tool_calls ?? []).map(argumentsOf),
    );
  });

  it('and their results go back to the model', async () => {
    const first = await openai.chat.completions.create(request);
    const [message] = first.choices.map((choice) => choice.message);
    const results = (message?.tool_calls ?? []).map((call) => ({
      role: 'tool' as const,
      tool_call_id: call.id,
      content: '{"celsius":4}',
    }));

    const second = await openai.chat.completions.create({
      ...request,
      messages: [
        ...request.messages,
        { role: 'assistant', content: null, tool_calls: message?.tool_calls ?? [] },
        ...results,
      ],
    });

    expect(second.choices[0]?.finish_reason).toBe('stop');
    expect(second.choices[0]?.message.content).toMatch(/^\[sandbox\]/);
  });
});

describe('models', () => {
  it('are listed by the names that a request may use', async () => {
    const names: string[] = [];
    for await (const model of openai.models.list()) names.push(model.id);

    expect(names).toEqual(expect.arrayContaining(['auto', 'fast', 'openai/gpt-6-luna', 'cheap']));
  });

  it('are found one by one, also with a slash in the name', async () => {
    const model = await openai.models.retrieve('anthropic/claude-haiku-5-5');

    expect(model).toMatchObject({ id: 'anthropic/claude-haiku-5-5', owned_by: 'anthropic' });
  });
});

function user(content: string) {
  return { role: 'user' as const, content };
}

async function collect(stream: AsyncIterable<OpenAI.ChatCompletionChunk>) {
  const answer = {
    text: '',
    model: '',
    chunks: 0,
    finishReason: '',
    usages: new Array<OpenAI.CompletionUsage>(),
    lastChunkHasUsage: false,
  };
  for await (const chunk of stream) {
    const [choice] = chunk.choices;
    answer.chunks += 1;
    answer.model = chunk.model;
    answer.text += choice?.delta.content ?? '';
    answer.finishReason = choice?.finish_reason ?? answer.finishReason;
    answer.lastChunkHasUsage = typeof chunk.usage === 'object' && chunk.usage !== null;
    if (typeof chunk.usage === 'object' && chunk.usage !== null) answer.usages.push(chunk.usage);
  }
  return answer;
}

function nameOf(call: OpenAI.ChatCompletionMessageToolCall): string {
  return call.type === 'function' ? call.function.name : '';
}

function argumentsOf(call: OpenAI.ChatCompletionMessageToolCall): unknown {
  return call.type === 'function' ? JSON.parse(call.function.arguments) : undefined;
}
