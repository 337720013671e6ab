import { describe, expect, it } from 'vitest';
import type { JobRequest, Message } from '../../../contracts/http/job-request.ts';
import type { ReasoningDetail } from '../../../contracts/reasoning-detail.ts';
import type { JsonRecord } from '../http/json.ts';
import { onTheWire, providerCall } from '../testing/fixtures.ts';
import { RecordingSink } from '../testing/recording-sink.ts';
import { readReply } from './reply.ts';
import { toMessagesRequest } from './request.ts';
import { MessageStream } from './stream.ts';

/** An answer that thinks before each of its two calls, in Anthropic's own blocks. */
const CONTENT = [
  { type: 'thinking', thinking: 'Rome “first” 🌤', signature: 'EqQB+/=sig1' },
  { type: 'redacted_thinking', data: 'Eqk/blob==' },
  { type: 'text', text: 'Let me look.' },
  { type: 'tool_use', id: 'a', name: 'weather', input: { city: 'Rome' } },
  { type: 'thinking', thinking: 'Then Oslo', signature: 'sig2' },
  { type: 'tool_use', id: 'b', name: 'weather', input: { city: 'Oslo' } },
];

const DETAILS: ReasoningDetail[] = [
  {
    type: 'reasoning.text',
    format: 'anthropic-claude-v1',
    text: 'Rome “first” 🌤',
    signature: 'EqQB+/=sig1',
  },
  { type: 'reasoning.encrypted', format: 'anthropic-claude-v1', data: 'Eqk/blob==' },
  {
    type: 'reasoning.text',
    format: 'anthropic-claude-v1',
    position: 1,
    text: 'Then Oslo',
    signature: 'sig2',
  },
];

const EVENTS = [
  block(0, { type: 'thinking', thinking: '', signature: '' }),
  delta(0, { type: 'thinking_delta', thinking: 'Rome “fi' }),
  delta(0, { type: 'thinking_delta', thinking: 'rst” 🌤' }),
  delta(0, { type: 'signature_delta', signature: 'EqQB+/' }),
  delta(0, { type: 'signature_delta', signature: '=sig1' }),
  { type: 'content_block_stop', index: 0 },
  block(1, { type: 'redacted_thinking', data: 'Eqk/blob==' }),
  { type: 'content_block_stop', index: 1 },
  block(2, { type: 'text', text: '' }),
  delta(2, { type: 'text_delta', text: 'Let me look.' }),
  { type: 'content_block_stop', index: 2 },
  block(3, { type: 'tool_use', id: 'a', name: 'weather', input: {} }),
  delta(3, { type: 'input_json_delta', partial_json: '{"city":"Rome"}' }),
  { type: 'content_block_stop', index: 3 },
  block(4, { type: 'thinking', thinking: '', signature: '' }),
  delta(4, { type: 'thinking_delta', thinking: 'Then Oslo' }),
  delta(4, { type: 'signature_delta', signature: 'sig2' }),
  { type: 'content_block_stop', index: 4 },
  block(5, { type: 'tool_use', id: 'b', name: 'weather', input: {} }),
  delta(5, { type: 'input_json_delta', partial_json: '{"city":"Oslo"}' }),
  { type: 'content_block_stop', index: 5 },
];

const RESULTS: Message[] = [
  { role: 'tool', toolCallId: 'a', content: 'sun' },
  { role: 'tool', toolCallId: 'b', content: 'snow' },
];

describe('thinking blocks of an answer', () => {
  it('are gathered from a stream, redacted ones without text', () => {
    const sink = streamed(EVENTS);

    expect(sink.reasoningDetails).toEqual(DETAILS);
    expect(sink.reasoningText).toBe('Rome “first” 🌤Then Oslo');
  });

  it('are gathered from a whole reply alike', () => {
    const sink = whole(CONTENT);

    expect(sink.reasoningDetails).toEqual(DETAILS);
    expect(sink.reasoningText).toBe('Rome “first” 🌤Then Oslo');
  });

  it('may be a signature alone, where their text is omitted', () => {
    const content = [{ type: 'thinking', thinking: '', signature: 'sig' }];
    const details = [
      { type: 'reasoning.text', format: 'anthropic-claude-v1', text: '', signature: 'sig' },
    ];

    const sinks = [streamed([block(0, content[0])]), whole(content)];

    expect(sinks.map((sink) => sink.reasoningDetails)).toEqual([details, details]);
    expect(sinks.map((sink) => sink.reasoningText)).toEqual(['', '']);
  });

  it('take their progress from signatures too', () => {
    const stream = new MessageStream(new RecordingSink());

    stream.push(JSON.stringify(EVENTS[0]));

    expect(stream.push(JSON.stringify(EVENTS[3]))).toBe(true);
  });
});

describe('thinking blocks in a request', () => {
  it.each([
    ['a stream', streamed(EVENTS)],
    ['a whole reply', whole(CONTENT)],
  ])('go back byte for byte as they came in %s', (_name, sink) => {
    const body = sent({ messages: [{ role: 'user', content: 'Hi' }, answerOf(sink), ...RESULTS] });

    expect(JSON.stringify(contentOf(body, 1))).toBe(JSON.stringify(CONTENT));
  });

  it.each([
    ['unsigned', { type: 'reasoning.text', format: 'anthropic-claude-v1', text: 'Hm' }],
    ["OpenAI's", { type: 'reasoning.encrypted', format: 'openai-responses-v1', data: 'x' }],
    ["Google's", { type: 'reasoning.encrypted', format: 'google-gemini-v1', id: 'a', data: 'x' }],
    [
      'after the last call',
      { type: 'reasoning.encrypted', format: 'anthropic-claude-v1', position: 1, data: 'x' },
    ],
  ] satisfies [string, ReasoningDetail][])('stay out when they are %s', (_name, detail) => {
    const body = sent({ messages: toolLoop([detail]) });

    expect(contentOf(body, 1)).toMatchObject([{ type: 'tool_use' }]);
  });

  it('make no answer where there is nothing else in it', () => {
    const body = sent({
      messages: [{ role: 'assistant', reasoningDetails: DETAILS }, ...toolLoop([])],
    });

    expect(body['messages']).toMatchObject([{ role: 'user' }, { role: 'assistant' }, {}]);
  });

  it('stay out of an answer that is to be continued', () => {
    const body = sent({
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'He', reasoningDetails: DETAILS },
      ],
    });

    expect(contentOf(body, 1)).toEqual([{ type: 'text', text: 'He' }]);
  });

  it.each([
    ['switched off', { reasoning: { effort: 'none' } }],
    ['excluded by a forced tool', { toolChoice: 'required' }],
  ] satisfies [string, Partial<JobRequest>][])('stay out with thinking %s', (_name, request) => {
    const body = sent({ ...request, messages: toolLoop(DETAILS) });

    expect(contentOf(body, 1)).toMatchObject([{ type: 'tool_use' }]);
  });

  it.each([
    ['nothing asked for', {}],
    ['an effort', { reasoning: { effort: 'high' } }],
    ['a budget', { reasoning: { budgetTokens: 2_000 } }],
  ] satisfies [string, Partial<JobRequest>][])('go back with %s', (_name, request) => {
    const body = sent({ ...request, messages: toolLoop(DETAILS) });

    expect(contentOf(body, 1)).toMatchObject([{ type: 'thinking' }, {}, { type: 'tool_use' }]);
  });
});

describe('a thinking budget', () => {
  const first = toolLoop(DETAILS);
  const bare = toolLoop([]);

  it.each([
    ['after results of an answer that started with thinking', first, true],
    ['after results of an answer without', bare, false],
    ['after results and a word of the user', [...bare, { role: 'user', content: 'So?' }], false],
    ['after a second round of calls without thinking of their own', [...first, ...round([])], true],
    ['after a second round, where only that has thinking', [...bare, ...round(DETAILS)], false],
    [
      'after an answer to results',
      [...bare, { role: 'assistant', content: 'Sun.' }, { role: 'user', content: 'And now?' }],
      true,
    ],
  ] satisfies [string, Message[], boolean][])('%s', (_name, messages, isOn) => {
    const body = sent({ messages, reasoning: { budgetTokens: 2_000 } });

    expect('thinking' in body).toBe(isOn);
  });

  it('leaves no thinking behind where it cannot be', () => {
    const messages = [...bare, ...round(DETAILS)];

    const body = sent({ messages, reasoning: { budgetTokens: 2_000 } });

    expect(contentOf(body, 3)).toMatchObject([{ type: 'tool_use' }]);
  });
});

function streamed(events: readonly unknown[]): RecordingSink {
  const sink = new RecordingSink();
  const stream = new MessageStream(sink);
  for (const event of events) stream.push(JSON.stringify(event));
  return sink;
}

function whole(content: readonly unknown[]): RecordingSink {
  const sink = new RecordingSink();
  readReply({ content, stop_reason: 'tool_use' }, sink);
  return sink;
}

function block(index: number, content: unknown): unknown {
  return { type: 'content_block_start', index, content_block: content };
}

function delta(index: number, content: unknown): unknown {
  return { type: 'content_block_delta', index, delta: content };
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

/** A question, an answer with one call, and its result. */
function toolLoop(reasoningDetails: ReasoningDetail[]): Message[] {
  return [{ role: 'user', content: 'Hi' }, ...round(reasoningDetails)];
}

function round(reasoningDetails: ReasoningDetail[]): Message[] {
  const toolCalls = [{ id: 'a', name: 'f', arguments: '{}' }];
  return [
    { role: 'assistant', toolCalls, reasoningDetails },
    { role: 'tool', toolCallId: 'a', content: 'sun' },
  ];
}

function sent(request: Partial<JobRequest>): JsonRecord {
  return onTheWire(toMessagesRequest(providerCall({ maxTokens: 8_000, ...request })));
}

function contentOf({ messages }: JsonRecord, index: number): unknown {
  const turn: unknown = Array.isArray(messages) ? messages[index] : undefined;
  return typeof turn === 'object' && turn !== null && 'content' in turn ? turn.content : undefined;
}
