import type { ProviderKind } from '../../../contracts/config/config.ts';

/** How the frames of an answer become a body. */
export type Framing = 'events' | 'events-crlf' | 'bare-events' | 'lines' | 'array' | 'document';

/** A frame is an event, a line or a document; a string is sent as it is, such as a keep-alive. */
export type Frame = Readonly<Record<string, unknown>> | string;

/** A small made-up answer with all that an answer can have: text beyond ASCII, reasoning, a tool call, usage. */
export interface AnswerFixture {
  readonly name: string;
  readonly kind: ProviderKind;
  readonly framing: Framing;
  readonly frames: readonly Frame[];
  /** Frames up to and with the one that makes the answer complete. Absent: all. */
  readonly framesToEnd?: number;
}

/** What every fixture says. */
export const FIXTURE_TEXT = ['Grüße', ', 👋 "da"\n', 'Ende'] as const;
export const FIXTURE_REASONING = ['Hm…', ' gut'] as const;
export const FIXTURE_ARGUMENTS = { city: 'Zürich', days: 2 } as const;

const TOOL = 'get_weather';
const ARGUMENTS_TEXT = JSON.stringify(FIXTURE_ARGUMENTS);
const ARGUMENT_PIECES = [ARGUMENTS_TEXT.slice(0, 12), ARGUMENTS_TEXT.slice(12)] as const;
const KEEP_ALIVE = ': keep-alive';
const DONE = 'data: [DONE]';
const CHAT_USAGE = { prompt_tokens: 9, completion_tokens: 7 };

/** One streamed answer a kind, and the other forms that a family reads. */
export const ANSWER_FIXTURES: readonly AnswerFixture[] = [
  ...(['openai', 'openai-compatible', 'deepseek', 'qwen'] as const).map(
    (kind): AnswerFixture => ({ name: kind, kind, framing: 'events', ...chatStream(kind) }),
  ),
  { name: 'mistral', kind: 'mistral', framing: 'events', ...mistralStream() },
  { name: 'responses', kind: 'openai-responses', framing: 'events', frames: responseEvents() },
  { name: 'anthropic', kind: 'anthropic', framing: 'events', frames: messageEvents() },
  { name: 'gemini', kind: 'gemini', framing: 'events-crlf', frames: geminiChunks() },
  { name: 'gemini array', kind: 'gemini', framing: 'array', frames: geminiChunks() },
  { name: 'vertex', kind: 'vertex', framing: 'events-crlf', frames: geminiChunks() },
  { name: 'dashscope', kind: 'dashscope', framing: 'bare-events', frames: dashscopeEvents() },
  { name: 'ollama', kind: 'ollama', framing: 'lines', frames: ollamaLines() },
];

/** The body as it goes over the wire, and where in it the answer is complete. */
export function encodeFixture({ framing, frames, framesToEnd }: AnswerFixture): {
  readonly body: Uint8Array;
  readonly endAt: number;
} {
  const encoded = frames.map((frame, index) => encodeFrame(frame, framing, index));
  const open = framing === 'array' ? '[' : '';
  const close = framing === 'array' ? ']' : '';
  const upToEnd = open + encoded.slice(0, framesToEnd).join('') + close;
  return {
    body: Buffer.from(open + encoded.join('') + close),
    endAt: Buffer.byteLength(upToEnd.trimEnd()),
  };
}

function encodeFrame(frame: Frame, framing: Framing, index: number): string {
  const lineEnd = framing === 'events-crlf' ? '\r\n' : '\n';
  if (typeof frame === 'string') return frame + lineEnd + lineEnd;
  const json = JSON.stringify(frame);
  switch (framing) {
    case 'events':
    case 'events-crlf': {
      const type = frame['type'];
      const name = typeof type === 'string' ? `event: ${type}${lineEnd}` : '';
      return `${name}data: ${json}${lineEnd}${lineEnd}`;
    }
    case 'bare-events':
      return `id:${String(index)}\nevent:result\n:HTTP_STATUS/200\ndata:${json}\n\n`;
    case 'lines':
      return `${json}\n`;
    case 'array':
      return `${index === 0 ? '' : ',\r\n'}${json}`;
    case 'document':
      return `${json}\n`;
  }
}

/** DeepSeek and vLLM name reasoning so; OpenAI sends none, and would be read the same way. */
function chatStream(kind: ProviderKind): { frames: Frame[]; framesToEnd: number } {
  const frames = [
    chunk({ role: 'assistant', content: '' }),
    ...FIXTURE_REASONING.map((text) => chunk({ reasoning_content: text })),
    KEEP_ALIVE,
    ...FIXTURE_TEXT.map((text) => chunk({ content: text })),
    ...chatCallPieces().map((piece) => chunk({ tool_calls: [{ index: 0, ...piece }] })),
    chunk({}, 'tool_calls'),
  ];
  const usage = { id: kind, choices: [], usage: CHAT_USAGE };
  return { frames: [...frames, usage, DONE], framesToEnd: frames.length };
}

/** Content changes between a string and parts; calls come whole. */
function mistralStream(): { frames: Frame[]; framesToEnd: number } {
  const [first, ...rest] = FIXTURE_TEXT;
  const call = { id: 'a1', index: 0, function: { name: TOOL, arguments: ARGUMENTS_TEXT } };
  const frames = [
    ...FIXTURE_REASONING.map((text) =>
      chunk({ content: [{ type: 'thinking', thinking: [{ type: 'text', text }] }] }),
    ),
    chunk({ content: [{ type: 'text', text: first }] }),
    ...rest.map((text) => chunk({ content: text })),
    { ...chunk({ content: '', tool_calls: [call] }, 'tool_calls'), usage: CHAT_USAGE },
  ];
  return { frames: [...frames, DONE], framesToEnd: frames.length };
}

function chunk(delta: object, finishReason: string | null = null): Record<string, unknown> {
  return { id: 'c', model: 'm', choices: [{ index: 0, delta, finish_reason: finishReason }] };
}

function chatCallPieces(): object[] {
  const [first, second] = ARGUMENT_PIECES;
  return [
    { id: 'call_1', type: 'function', function: { name: TOOL, arguments: '' } },
    { function: { arguments: first } },
    { function: { arguments: second } },
  ];
}

function responseEvents(): Frame[] {
  const call = { type: 'function_call', call_id: 'call_1', name: TOOL };
  const usage = { input_tokens: 9, output_tokens: 7 };
  return [
    { type: 'response.created', response: { model: 'm', status: 'in_progress' } },
    { type: 'response.output_item.added', output_index: 0, item: { type: 'reasoning' } },
    ...FIXTURE_REASONING.map((delta) => ({
      type: 'response.reasoning_summary_text.delta',
      output_index: 0,
      delta,
    })),
    KEEP_ALIVE,
    ...FIXTURE_TEXT.map((delta) => ({
      type: 'response.output_text.delta',
      output_index: 1,
      delta,
    })),
    { type: 'response.output_item.added', output_index: 2, item: { ...call, arguments: '' } },
    ...ARGUMENT_PIECES.map((delta) => ({
      type: 'response.function_call_arguments.delta',
      output_index: 2,
      delta,
    })),
    {
      type: 'response.output_item.done',
      output_index: 2,
      item: { ...call, arguments: ARGUMENTS_TEXT },
    },
    { type: 'response.completed', response: { model: 'm', status: 'completed', usage } },
  ];
}

function messageEvents(): Frame[] {
  const delta = (index: number, one: object) => ({
    type: 'content_block_delta',
    index,
    delta: one,
  });
  const start = (index: number, block: object) => ({
    type: 'content_block_start',
    index,
    content_block: block,
  });
  const stop = (index: number) => ({ type: 'content_block_stop', index });
  const message = { model: 'm', usage: { input_tokens: 9, output_tokens: 1 } };
  return [
    { type: 'message_start', message },
    start(0, { type: 'thinking', thinking: '', signature: '' }),
    ...FIXTURE_REASONING.map((text) => delta(0, { type: 'thinking_delta', thinking: text })),
    delta(0, { type: 'signature_delta', signature: 'c2ln' }),
    stop(0),
    { type: 'ping' },
    start(1, { type: 'text', text: '' }),
    ...FIXTURE_TEXT.map((text) => delta(1, { type: 'text_delta', text })),
    stop(1),
    start(2, { type: 'tool_use', id: 'toolu_1', name: TOOL, input: {} }),
    ...ARGUMENT_PIECES.map((piece) => delta(2, { type: 'input_json_delta', partial_json: piece })),
    stop(2),
    { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 7 } },
    { type: 'message_stop' },
  ];
}

function geminiChunks(): Frame[] {
  const chunkOf = (part: object, more: object = {}) => ({
    candidates: [{ content: { role: 'model', parts: [part] }, ...more }],
    responseId: 'r',
  });
  const usageMetadata = { promptTokenCount: 9, candidatesTokenCount: 7 };
  return [
    ...FIXTURE_REASONING.map((text) => chunkOf({ text, thought: true })),
    ...FIXTURE_TEXT.map((text) => chunkOf({ text })),
    chunkOf({ functionCall: { name: TOOL, args: FIXTURE_ARGUMENTS } }),
    { ...chunkOf({ text: '' }, { finishReason: 'STOP' }), usageMetadata },
  ];
}

function dashscopeEvents(): Frame[] {
  const event = (message: object, reason: string) => ({
    output: { choices: [{ message: { role: 'assistant', ...message }, finish_reason: reason }] },
    usage: { input_tokens: 9, output_tokens: 7 },
    request_id: 'r',
  });
  const call = { id: 'call_1', index: 0, function: { name: TOOL, arguments: ARGUMENTS_TEXT } };
  return [
    ...FIXTURE_REASONING.map((text) => event({ content: '', reasoning_content: text }, 'null')),
    ...FIXTURE_TEXT.map((text) => event({ content: text }, 'null')),
    event({ content: '', tool_calls: [call] }, 'tool_calls'),
  ];
}

function ollamaLines(): Frame[] {
  const line = (message: object, more: object = {}) => ({
    model: 'm',
    created_at: '2026-01-01T00:00:00Z',
    message: { role: 'assistant', content: '', ...message },
    done: false,
    ...more,
  });
  const call = { function: { name: TOOL, arguments: FIXTURE_ARGUMENTS } };
  const counts = { prompt_eval_count: 9, eval_count: 7 };
  return [
    ...FIXTURE_REASONING.map((thinking) => line({ thinking })),
    ...FIXTURE_TEXT.map((content) => line({ content })),
    line({ tool_calls: [call] }),
    line({}, { done: true, done_reason: 'stop', ...counts }),
  ];
}
