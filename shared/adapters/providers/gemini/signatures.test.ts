import { describe, expect, it } from 'vitest';
import type { Message } from '../../../contracts/http/job-request.ts';
import type { ReasoningDetail } from '../../../contracts/reasoning-detail.ts';
import { onTheWire, providerCall } from '../testing/fixtures.ts';
import { RecordingSink } from '../testing/recording-sink.ts';
import { readReply } from './reply.ts';
import { toGenerateRequest } from './request.ts';
import { GenerateStream } from './stream.ts';

const FORMAT = 'google-gemini-v1';
const STAND_IN = 'skip_thought_signature_validator';

/** Parallel calls: only the first is signed. */
const CALLS = [
  { text: 'Let me look.' },
  { functionCall: { name: 'weather', args: { city: 'Rome' } }, thoughtSignature: 'CiQB+/sig=' },
  { functionCall: { name: 'weather', args: { city: 'Oslo' } } },
];
const SIGNED_TEXT = [{ text: 'Sun.', thoughtSignature: 'Et/text=' }];
const LONE_SIGNATURE = [{ text: 'Sun.' }, { text: '', thoughtSignature: 'Et/alone=' }];
const SIGNED_ENDING = [
  { functionCall: { name: 'weather', args: {} }, thoughtSignature: 'a' },
  { text: '', thoughtSignature: 'b' },
];

describe('signatures of an answer', () => {
  it.each([
    [
      'a call',
      CALLS,
      [{ type: 'reasoning.encrypted', format: FORMAT, id: 'call_r1_0', data: 'CiQB+/sig=' }],
    ],
    [
      'text',
      SIGNED_TEXT,
      [{ type: 'reasoning.text', format: FORMAT, text: '', signature: 'Et/text=' }],
    ],
    [
      'nothing',
      LONE_SIGNATURE,
      [{ type: 'reasoning.encrypted', format: FORMAT, data: 'Et/alone=' }],
    ],
    [
      'nothing, after a signed call',
      SIGNED_ENDING,
      [
        { type: 'reasoning.encrypted', format: FORMAT, id: 'call_r1_0', data: 'a' },
        { type: 'reasoning.encrypted', format: FORMAT, position: 1, data: 'b' },
      ],
    ],
    [
      'a thought, which does not go back itself',
      [{ text: 'Hm', thought: true, thoughtSignature: 'c' }, { text: 'Sun.' }],
      [{ type: 'reasoning.encrypted', format: FORMAT, data: 'c' }],
    ],
  ])('on %s are gathered from streams and whole replies alike', (_name, parts, details) => {
    const sinks = [streamed(parts), whole(parts)];

    expect(sinks.map((sink) => sink.reasoningDetails)).toEqual([details, details]);
  });

  it('take the id that the model gave the call', () => {
    const sink = whole([{ functionCall: { id: 'own', name: 'f' }, thoughtSignature: 'a' }]);

    expect(sink.reasoningDetails).toMatchObject([{ id: 'own' }]);
  });

  it('add nothing to the reasoning that is shown', () => {
    const sink = streamed([{ text: 'Hm', thought: true }, ...CALLS]);

    expect(sink).toMatchObject({ reasoningText: 'Hm', answerText: 'Let me look.' });
  });
});

describe('signatures in a request', () => {
  it.each([
    ['parallel calls', CALLS],
    ['signed text', SIGNED_TEXT],
    ['a signature alone', LONE_SIGNATURE],
    ['a signature after a call', SIGNED_ENDING],
  ])('go back byte for byte with %s, streamed or not', (_name, parts) => {
    const answers = [streamed(parts), whole(parts)].map(answerOf);

    const bodies = answers.map((answer) => partsSent([answer]));

    expect(bodies.map((body) => JSON.stringify(body))).toEqual([
      JSON.stringify(parts),
      JSON.stringify(parts),
    ]);
  });

  it('go back with every answer of a tool conversation', () => {
    const first = answerOf(whole(CALLS));
    const second = answerOf(whole(SIGNED_ENDING));
    const results: Message[] = [
      { role: 'tool', toolCallId: 'call_r1_0', content: 'sun' },
      { role: 'tool', toolCallId: 'call_r1_1', content: 'snow' },
    ];

    const body = JSON.stringify(contentsSent([first, ...results, second]));

    expect(body.match(/"thoughtSignature":"[^"]*"/g)).toEqual([
      '"thoughtSignature":"CiQB+/sig="',
      '"thoughtSignature":"a"',
      '"thoughtSignature":"b"',
    ]);
  });

  it.each(['gemini-3.1-pro-preview', 'gemini-4-argon', 'gemini-flash-latest'])(
    'have a stand-in for the calls of other providers at %s',
    (requestModel) => {
      const parts = partsSent([foreignAnswer()], requestModel);

      expect(parts).toEqual([
        { functionCall: { name: 'f', args: {} }, thoughtSignature: STAND_IN },
        { functionCall: { name: 'g', args: {} }, thoughtSignature: STAND_IN },
      ]);
    },
  );

  it('have no stand-in at models that do not check them', () => {
    const parts = partsSent([foreignAnswer()], 'gemini-2.5-flash');

    expect(JSON.stringify(parts)).not.toContain('thoughtSignature');
  });

  it('are left out where there is nothing else in the answer', () => {
    const reasoningDetails = whole(LONE_SIGNATURE).reasoningDetails;

    const contents = contentsSent([{ role: 'assistant', content: '', reasoningDetails }]);

    expect(contents).toMatchObject([{ role: 'user' }]);
  });
});

function streamed(parts: readonly unknown[]): RecordingSink {
  const sink = new RecordingSink();
  const stream = new GenerateStream(sink);
  for (const part of parts) stream.push(JSON.stringify(reply([part])));
  return sink;
}

function whole(parts: readonly unknown[]): RecordingSink {
  const sink = new RecordingSink();
  readReply(reply(parts), sink);
  return sink;
}

function reply(parts: readonly unknown[]): unknown {
  return { responseId: 'r1', candidates: [{ content: { parts, role: 'model' } }] };
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
    reasoningDetails: sink.reasoningDetails,
  };
}

/** Two calls with details that are not Google's, one of them of the same id. */
function foreignAnswer(): Message {
  const reasoningDetails: ReasoningDetail[] = [
    { type: 'reasoning.encrypted', format: 'openai-responses-v1', id: 'a', data: 'x' },
    { type: 'reasoning.text', format: 'anthropic-claude-v1', text: 'Hm', signature: 'y' },
  ];
  const toolCalls = [
    { id: 'a', name: 'f', arguments: '' },
    { id: 'b', name: 'g', arguments: '' },
  ];
  return { role: 'assistant', toolCalls, reasoningDetails };
}

function contentsSent(
  answers: readonly Message[],
  requestModel = 'gemini-3.1-pro-preview',
): unknown {
  const messages: Message[] = [{ role: 'user', content: 'Hi' }, ...answers];
  return onTheWire(toGenerateRequest({ ...providerCall({ messages }), requestModel }))['contents'];
}

function partsSent(answers: readonly Message[], requestModel?: string): unknown {
  const contents = contentsSent(answers, requestModel);
  const content: unknown = Array.isArray(contents) ? contents[1] : undefined;
  return typeof content === 'object' && content !== null && 'parts' in content
    ? content.parts
    : undefined;
}
