import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { promptHash } from '../../infra/sandbox/random.ts';
import { askChat, failureOf } from '../support/collected-chat.ts';
import { KIND_CASES, modelOf } from '../support/every-kind-config.ts';
import { type EveryKindSystem, startEveryKindSystem } from '../support/every-kind-system.ts';
import { oraclePrompt, oracleText } from '../support/oracle.ts';

const TOKENS = 30;
/** One red pixel. */
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';

const personSchema = z.strictObject({ name: z.string(), year: z.number().int() });

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
  const { name, kind, model, stream, way } = given;

  it('answers to the letter, in the format of its kind', async () => {
    const tag = `text-${name}-${way}`;

    const answer = await askChat(
      system.openai,
      { model: name, messages: [user(oraclePrompt({ deltas: TOKENS, tag }))] },
      stream,
    );

    const [call] = await system.witness.ended(tag);
    expect(call).toMatchObject({ provider: kind, model });
    expect(answer.text).toBe(oracleText(call ?? { model: '', number: 0 }, TOKENS));
    expect(answer.finishReason).toBe('stop');
  });

  it('reports usage, once and last', async () => {
    const tag = `usage-${name}-${way}`;

    const answer = await askChat(
      system.openai,
      {
        model: name,
        reasoning_effort: 'none',
        messages: [user(oraclePrompt({ deltas: TOKENS, tag }))],
      },
      stream,
    );

    const [usage] = answer.usages;
    expect(answer.usages).toHaveLength(1);
    expect(answer.isUsageLast).toBe(true);
    expect(usage?.completion_tokens).toBe(TOKENS);
    expect(usage?.total_tokens).toBe((usage?.prompt_tokens ?? 0) + TOKENS);
  });

  it('answers with JSON of a schema', async () => {
    const answer = await askChat(system.openai, personRequest(name, given.holdsSchemas), stream);

    const person: unknown = JSON.parse(answer.text);
    expect(person).toBeInstanceOf(Object);
    expect(personSchema.safeParse(person).success).toBe(given.holdsSchemas);
  });
});

describe.each(EACH.filter((each) => each.takesImages))('$name, $way', ({ name, stream, way }) => {
  it('sees an image', async () => {
    const tag = `image-${name}-${way}`;

    const answer = await askChat(system.openai, imageRequest(name, tag), stream);

    const [call] = await system.witness.ended(tag);
    expect(call?.images).toEqual([promptHash(PNG)]);
    expect(answer.text).toMatch(/^\[sandbox\]/);
  });
});

describe.each(EACH.filter((each) => !each.takesImages))('$name, $way', ({ name, stream, way }) => {
  it('says that it takes no images', async () => {
    const tag = `image-${name}-${way}`;

    const refused = await failureOf(askChat(system.openai, imageRequest(name, tag), stream));

    expect(refused.message).toMatch(/image/);
    expect(await system.witness.calls(tag)).toEqual([]);
  });
});

describe.each(EACH.filter((each) => each.takesStops))('$name, $way', ({ name, stream, way }) => {
  it('stops where it is told to', async () => {
    const tag = `stop-${name}-${way}`;

    const answer = await askChat(system.openai, stopRequest(name, tag), stream);

    const [call] = await system.witness.ended(tag);
    const upToSixth = oracleText(call ?? { model: '', number: 0 }, 6);
    expect(answer.text).toBe(upToSixth.slice(0, -STOP.length));
    expect(answer.finishReason).toBe('stop');
  });
});

describe.each(EACH.filter((each) => !each.takesStops))('$name, $way', ({ name, stream, way }) => {
  it('says that it cannot be stopped', async () => {
    const tag = `stop-${name}-${way}`;

    const refused = await failureOf(askChat(system.openai, stopRequest(name, tag), stream));

    expect(refused).toMatchObject({ status: 400 });
    expect(refused.message).toMatch(/stop/);
    expect(await system.witness.calls(tag)).toEqual([]);
  });
});

function user(content: string) {
  return { role: 'user' as const, content };
}

/** The end of the sixth token. */
const STOP = '.6 ';

function stopRequest(model: string, tag: string) {
  return { model, stop: [STOP], messages: [user(oraclePrompt({ deltas: TOKENS, tag }))] };
}

function imageRequest(model: string, tag: string) {
  return {
    model,
    messages: [
      {
        role: 'user' as const,
        content: [
          { type: 'text' as const, text: `What is in this picture? {{sandbox tag=${tag}}}` },
          { type: 'image_url' as const, image_url: { url: `data:image/png;base64,${PNG}` } },
        ],
      },
    ],
  };
}

function personRequest(model: string, strict: boolean) {
  return {
    model,
    messages: [user('Extract the person: Ada Lovelace, born 1815.')],
    response_format: {
      type: 'json_schema' as const,
      json_schema: {
        name: 'person',
        strict,
        schema: {
          type: 'object',
          properties: { name: { type: 'string' }, year: { type: 'integer' } },
          required: ['name', 'year'],
          additionalProperties: false,
        },
      },
    },
  };
}
