import { describe, expect, it } from 'vitest';
import type { JobRequest, Message } from '../../../contracts/http/job-request.ts';
import type { ReasoningDetail } from '../../../contracts/reasoning-detail.ts';
import { onTheWire, providerCall } from '../testing/fixtures.ts';
import { RecordingSink } from '../testing/recording-sink.ts';
import { readReply } from './reply.ts';
import { toResponsesRequest } from './request.ts';
import { ResponseStream } from './stream.ts';

const REASONING = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAA+/1=' };
const SECOND = { type: 'reasoning', id: 'rs_2', summary: [], encrypted_content: 'gAAA-_2=' };
const CALL_A = { type: 'function_call', call_id: 'a', name: 'weather', arguments: '{"c":1}' };
const CALL_B = { type: 'function_call', call_id: 'b', name: 'weather', arguments: '{}' };

/** An answer with a summary of its reasoning, text and two calls, each after some reasoning. */
const OUTPUT = [
  { ...REASONING, summary: [{ type: 'summary_text', text: '**Hm**' }], content: [] },
  { type: 'message', content: [{ type: 'output_text', text: 'Let me look.' }] },
  { ...CALL_A, id: 'fc_1', status: 'completed' },
  { ...SECOND, content: [] },
  { ...CALL_B, id: 'fc_2', status: 'completed' },
];

const EVENTS = [
  item('added', 0, { ...REASONING, encrypted_content: 'only a part' }),
  { type: 'response.reasoning_summary_text.delta', output_index: 0, delta: '**H' },
  { type: 'response.reasoning_summary_text.delta', output_index: 0, delta: 'm**' },
  item('done', 0, OUTPUT[0]),
  item('added', 1, { type: 'message', content: [] }),
  { type: 'response.output_text.delta', output_index: 1, delta: 'Let me look.' },
  item('done', 1, OUTPUT[1]),
  item('added', 2, { ...CALL_A, arguments: '' }),
  { type: 'response.function_call_arguments.delta', output_index: 2, delta: '{"c":1}' },
  item('done', 2, OUTPUT[2]),
  item('added', 3, { ...SECOND, encrypted_content: 'only a part' }),
  item('done', 3, OUTPUT[3]),
  item('added', 4, { ...CALL_B, arguments: '' }),
  item('done', 4, OUTPUT[4]),
];

const DETAILS: ReasoningDetail[] = [
  { type: 'reasoning.encrypted', format: 'openai-responses-v1', id: 'rs_1', data: 'gAAA+/1=' },
  {
    type: 'reasoning.encrypted',
    format: 'openai-responses-v1',
    id: 'rs_2',
    position: 1,
    data: 'gAAA-_2=',
  },
];

describe('reasoning items of an answer', () => {
  it.each([
    ['a stream', streamed(EVENTS)],
    ['a whole reply', whole(OUTPUT)],
  ])('are gathered from %s, their summary is plain reasoning', (_name, sink) => {
    expect(sink.reasoningDetails).toEqual(DETAILS);
    expect(sink).toMatchObject({ reasoningText: '**Hm**', answerText: 'Let me look.' });
  });

  it('are no details where they are not encrypted', () => {
    const content = [{ type: 'reasoning_text', text: 'Hm' }];
    const open = { type: 'reasoning', id: 'x', summary: [], content, encrypted_content: null };

    const sinks = [streamed([item('done', 0, open)]), whole([open])];

    expect(sinks.map((sink) => sink.reasoningDetails)).toEqual([[], []]);
  });

  it('need no id', () => {
    const { id: _, ...nameless } = REASONING;

    expect(whole([nameless]).reasoningDetails).toEqual([
      { type: 'reasoning.encrypted', format: 'openai-responses-v1', data: 'gAAA+/1=' },
    ]);
  });
});

describe('reasoning items in a request', () => {
  it.each([
    ['a stream', streamed(EVENTS)],
    ['a whole reply', whole(OUTPUT)],
  ])('go back byte for byte, each in its place, from %s', (_name, sink) => {
    const items = inputSent([answerOf(sink)]);

    expect(JSON.stringify(items)).toBe(
      JSON.stringify([
        REASONING,
        { role: 'assistant', content: 'Let me look.' },
        CALL_A,
        SECOND,
        CALL_B,
      ]),
    );
  });

  it.each([
    [
      "another provider's",
      { type: 'reasoning.text', format: 'anthropic-claude-v1', text: 'Hm', signature: 'y' },
    ],
    [
      "another provider's, encrypted",
      { type: 'reasoning.encrypted', format: 'google-gemini-v1', data: 'x' },
    ],
    [
      'after the last call',
      { type: 'reasoning.encrypted', format: 'openai-responses-v1', position: 1, data: 'x' },
    ],
  ] satisfies [string, ReasoningDetail][])('stay out when they are %s', (_name, detail) => {
    const items = inputSent([
      {
        role: 'assistant',
        toolCalls: [{ id: 'a', name: 'weather', arguments: '{"c":1}' }],
        reasoningDetails: [detail],
      },
    ]);

    expect(items).toEqual([CALL_A]);
  });

  it('stay out where they led to nothing', () => {
    expect(inputSent([{ role: 'assistant', reasoningDetails: DETAILS }])).toEqual([]);
  });
});

describe('the request for encrypted reasoning', () => {
  it.each([
    ['o4-mini', {}],
    ['gpt-5-nano', {}],
    ['openai/gpt-5.5', {}],
    ['gpt-6', {}],
    ['my-deployment', { reasoning: { effort: 'low' } }],
  ] satisfies [string, Partial<JobRequest>][])('is made of %s with %j', (requestModel, request) => {
    expect(sent(request, requestModel)['include']).toEqual(['reasoning.encrypted_content']);
  });

  it.each([
    ['gpt-4o', {}],
    ['gpt-4.1-nano', {}],
    ['gpt-5-chat-latest', {}],
    ['deepseek-v4-flash', {}],
    ['my-deployment', { reasoning: { effort: 'none' } }],
  ] satisfies [string, Partial<JobRequest>][])(
    'is not made of %s with %j, which refuses it',
    (requestModel, request) => {
      expect(sent(request, requestModel)).not.toHaveProperty('include');
    },
  );
});

function streamed(events: readonly unknown[]): RecordingSink {
  const sink = new RecordingSink();
  const stream = new ResponseStream(sink);
  for (const event of events) stream.push(JSON.stringify(event));
  return sink;
}

function whole(output: readonly unknown[]): RecordingSink {
  const sink = new RecordingSink();
  readReply({ status: 'completed', output }, sink);
  return sink;
}

function item(what: 'added' | 'done', outputIndex: number, value: unknown): unknown {
  return { type: `response.output_item.${what}`, output_index: outputIndex, item: value };
}

/** The answer as a client gives it back. */
function answerOf(sink: RecordingSink): Message {
  return {
    role: 'assistant',
    content: sink.answerText,
    toolCalls: sink.toolCalls.map(({ id = '', name = '', argumentsText }) => ({
      id,
      name,
      arguments: argumentsText,
    })),
    reasoning: sink.reasoningText,
    reasoningDetails: sink.reasoningDetails,
  };
}

function inputSent(messages: Message[]): unknown {
  return sent({ messages }, 'gpt-5')['input'];
}

function sent(
  request: Partial<JobRequest>,
  requestModel: string,
): Readonly<Record<string, unknown>> {
  return onTheWire(toResponsesRequest({ ...providerCall(request), requestModel }));
}
