import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Sandbox, startSandbox } from '../server.ts';

const chunkSchema = z.object({
  candidates: z.array(
    z.object({
      content: z.object({
        parts: z.array(z.looseObject({ text: z.string().optional() })),
        role: z.literal('model'),
      }),
      finishReason: z.string().optional(),
    }),
  ),
  usageMetadata: z.object({
    promptTokenCount: z.number(),
    candidatesTokenCount: z.number(),
    totalTokenCount: z.number(),
  }),
});

describe('the Gemini format', () => {
  let sandbox: Sandbox;

  beforeAll(async () => {
    sandbox = await startSandbox({ pace: { ttftMs: 1, gapMs: 0 } });
  });
  afterAll(() => sandbox.close());

  function post(action: string, body: unknown): Promise<Response> {
    return fetch(`${sandbox.url}/gemini/v1beta/models/gemini-3.8-flash:${action}`, {
      method: 'POST',
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(5_000),
    });
  }

  it('streams CRLF events, the last one with finish reason and full usage, and the same text as in one piece', async () => {
    const body = {
      contents: [{ role: 'user', parts: [{ text: 'Wie entsteht ein Regenbogen?' }] }],
    };

    const raw = await (await post('streamGenerateContent?alt=sse', body)).text();
    const whole = chunkSchema.parse(await (await post('generateContent', body)).json());

    const chunks = parseChunks(raw);
    const text = chunks.map(textOf).join('');
    expect(text).toMatch(/^\[sandbox\] .*Regenbogen/s);
    expect(textOf(whole)).toBe(text);
    expect(chunks.filter((chunk) => chunk.candidates[0]?.finishReason !== undefined)).toHaveLength(
      1,
    );
    expect(chunks.at(-1)?.candidates[0]?.finishReason).toBe('STOP');
    expect(chunks.at(-1)?.usageMetadata).toEqual(whole.usageMetadata);
    expect(whole.usageMetadata.candidatesTokenCount).toBe(text.match(/\S+/g)?.length);
  });

  it('answers a response schema with JSON', async () => {
    const response = await post('generateContent', {
      contents: [{ parts: [{ text: 'Is 12 even?' }] }],
      generationConfig: {
        responseMimeType: 'application/json',
        responseSchema: {
          type: 'OBJECT',
          properties: { number: { type: 'INTEGER' } },
          required: ['number'],
        },
      },
    });

    const reply = chunkSchema.parse(await response.json());
    expect(JSON.parse(textOf(reply))).toEqual({ number: 12 });
  });

  it('sends a function call whole, with an object of arguments and the reason STOP', async () => {
    const response = await post('streamGenerateContent?alt=sse', {
      contents: [{ role: 'user', parts: [{ text: 'What is it like outside?' }] }],
      tools: [
        {
          functionDeclarations: [
            {
              name: 'weather',
              parameters: { type: 'OBJECT', properties: { day: { type: 'STRING' } } },
            },
          ],
        },
      ],
      toolConfig: { functionCallingConfig: { mode: 'ANY' } },
    });

    const chunks = parseChunks(await response.text());
    expect(chunks[0]?.candidates[0]?.content.parts[0]).toMatchObject({
      functionCall: { name: 'weather', args: { day: '2026-11-22' } },
    });
    expect(chunks.at(-1)?.candidates[0]?.finishReason).toBe('STOP');
  });

  it('puts the retry hint of a 429 into the body and sends no header', async () => {
    const response = await post('generateContent', {
      contents: [{ parts: [{ text: 'Hi {{sandbox fault=status status=429 retry-after=48}}' }] }],
    });

    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBeNull();
    expect(await response.json()).toMatchObject({
      error: { code: 429, status: 'RESOURCE_EXHAUSTED', details: [{ retryDelay: '48s' }] },
    });
  });
});

type Chunk = z.infer<typeof chunkSchema>;

function parseChunks(raw: string): Chunk[] {
  const events = raw.split('\r\n\r\n').filter((event) => event !== '');
  return events.map((event) => chunkSchema.parse(JSON.parse(event.replace(/^data: /, ''))));
}

function textOf(chunk: Chunk): string {
  return chunk.candidates[0]?.content.parts.map((part) => part.text ?? '').join('') ?? '';
}
