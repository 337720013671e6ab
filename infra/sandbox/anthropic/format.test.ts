import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Sandbox, startSandbox } from '../server.ts';

const wholeSchema = z.object({
  content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
  stop_reason: z.string(),
  usage: z.object({ input_tokens: z.number(), output_tokens: z.number() }),
});

const eventSchema = z.looseObject({
  type: z.string(),
  delta: z
    .looseObject({ text: z.string().optional(), partial_json: z.string().optional() })
    .optional(),
});

describe('the Anthropic format', () => {
  let sandbox: Sandbox;

  beforeAll(async () => {
    sandbox = await startSandbox({ pace: { ttftMs: 1, gapMs: 0 } });
  });
  afterAll(() => sandbox.close());

  function post(body: Record<string, unknown>): Promise<Response> {
    return fetch(`${sandbox.url}/anthropic/v1/messages`, {
      method: 'POST',
      body: JSON.stringify({ model: 'claude-haiku-5-5', max_tokens: 1_000, ...body }),
      signal: AbortSignal.timeout(5_000),
    });
  }

  it('streams the events in order and the same text as in one piece', async () => {
    const messages = [
      { role: 'user', content: [{ type: 'text', text: 'Explain tides and moons' }] },
    ];

    const streamed = await post({ messages, stream: true });
    const events = parseEvents(await streamed.text());
    const whole = wholeSchema.parse(await (await post({ messages })).json());

    const types = events
      .map((event) => event.type)
      .filter((type) => type !== 'content_block_delta');
    const text = events.map((event) => event.delta?.text ?? '').join('');
    expect(types).toEqual([
      'message_start',
      'content_block_start',
      'ping',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
    expect(streamed.headers.get('x-switchyard-sandbox')).toBe('true');
    expect(text).toMatch(/^\[sandbox\] /);
    expect(whole.content).toEqual([{ type: 'text', text }]);
    expect(whole.stop_reason).toBe('end_turn');
    expect(events.at(-2)).toMatchObject({ usage: whole.usage });
    expect(whole.usage).toEqual({ input_tokens: 6, output_tokens: text.match(/\S+/g)?.length });
  });

  it('streams a forced tool call piece by piece', async () => {
    const response = await post({
      stream: true,
      messages: [{ role: 'user', content: 'Book a table in Rome' }],
      tools: [
        {
          name: 'book',
          input_schema: {
            type: 'object',
            properties: { seats: { type: 'integer', minimum: 1, maximum: 4 } },
          },
        },
      ],
      tool_choice: { type: 'tool', name: 'book' },
    });
    const events = parseEvents(await response.text());

    const json = events.map((event) => event.delta?.partial_json ?? '').join('');
    expect(json).toMatch(/^{"seats":\d+}$/);
    expect(events.at(-2)).toMatchObject({ delta: { stop_reason: 'tool_use' } });
  });

  it('answers with JSON where the system prompt asks for nothing else', async () => {
    const response = await post({
      system: 'Answer with one JSON value and nothing else.',
      messages: [{ role: 'user', content: 'Describe the sea' }],
    });

    const reply = wholeSchema.parse(await response.json());
    expect(reply.content[0]?.text).toMatch(/^{.*"summary":".+".*}$/);
  });

  it('refuses a request without max_tokens in its own error format', async () => {
    const response = await post({
      max_tokens: undefined,
      messages: [{ role: 'user', content: 'Hi' }],
    });

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      type: 'error',
      error: { type: 'invalid_request_error' },
    });
  });

  it('is overloaded with 529, or inside the stream where a place is named', async () => {
    const ask = (directive: string): Promise<Response> =>
      post({
        stream: true,
        messages: [{ role: 'user', content: `Hi {{sandbox fault=overloaded ${directive}}}` }],
      });

    const plain = await ask('');
    const inStream = await ask('at=2');

    const events = parseEvents(await inStream.text());
    expect(plain.status).toBe(529);
    expect(inStream.status).toBe(200);
    expect(events.filter((event) => event.type === 'content_block_delta')).toHaveLength(2);
    expect(events.at(-1)).toMatchObject({ type: 'error', error: { type: 'overloaded_error' } });
  });
});

function parseEvents(text: string): z.infer<typeof eventSchema>[] {
  const events: z.infer<typeof eventSchema>[] = [];
  const parser = createParser({
    onEvent: (event: EventSourceMessage) => events.push(eventSchema.parse(JSON.parse(event.data))),
  });
  parser.feed(text);
  return events;
}
