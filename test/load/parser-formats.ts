import type { ProviderKind } from '../../shared/contracts/config/config.ts';

/** What every delta says. */
export const DELTA_TEXT = 'w1_0 w1_1 w1_2 w1_3 ';

/** One way in which providers send an answer bit by bit, with frames as long as theirs. */
export interface ParserFormat {
  readonly name: string;
  readonly kind: ProviderKind;
  /** How a body is cut into JSON texts. */
  readonly framing: 'events' | 'lines' | 'document';
  readonly head: string;
  /** What one delta looks like on the wire. */
  readonly delta: string;
  readonly tail: string;
}

export const PARSER_FORMATS: readonly ParserFormat[] = [
  chat('OpenAI chat', 'openai', {
    object: 'chat.completion.chunk',
    service_tier: 'default',
    system_fingerprint: 'fp_44709d6fcb',
  }),
  chat('Mistral', 'mistral', { object: 'chat.completion.chunk', p: 'abcdefghijklm' }),
  responses(),
  anthropic(),
  { ...gemini(), name: 'Gemini SSE', framing: 'events' },
  geminiArray(),
  dashscope(),
  ollama(),
];

function event(frame: object, name?: string): string {
  return `${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(frame)}\n\n`;
}

function chat(name: string, kind: ProviderKind, more: object): ParserFormat {
  const base = { id: 'chatcmpl-B1xYqKzKqGZ', created: 1_777_000_000, model: 'model-1', ...more };
  const chunk = (delta: object, reason: string | null) => ({
    ...base,
    choices: [{ index: 0, delta, logprobs: null, finish_reason: reason }],
  });
  return {
    name,
    kind,
    framing: 'events',
    head: event(chunk({ role: 'assistant', content: '' }, null)),
    delta: event(chunk({ content: DELTA_TEXT }, null)),
    tail: `${event(chunk({}, 'stop'))}data: [DONE]\n\n`,
  };
}

function responses(): ParserFormat {
  const name = 'response.output_text.delta';
  const delta = {
    type: name,
    sequence_number: 7,
    item_id: 'msg_0a1b2c3d4e5f60718293a4b5c6d7e8f9',
    output_index: 0,
    content_index: 0,
    delta: DELTA_TEXT,
    logprobs: [],
  };
  const done = { type: 'response.completed', response: { status: 'completed' } };
  return {
    name: 'OpenAI responses',
    kind: 'openai-responses',
    framing: 'events',
    head: event({ type: 'response.created', response: { model: 'model-1' } }, 'response.created'),
    delta: event(delta, name),
    tail: event(done, done.type),
  };
}

function anthropic(): ParserFormat {
  const name = 'content_block_delta';
  const delta = { type: name, index: 0, delta: { type: 'text_delta', text: DELTA_TEXT } };
  const end = { type: 'message_delta', delta: { stop_reason: 'end_turn' } };
  return {
    name: 'Anthropic',
    kind: 'anthropic',
    framing: 'events',
    head: event({ type: 'message_start', message: { model: 'model-1' } }, 'message_start'),
    delta: event(delta, name),
    tail: event(end, end.type) + event({ type: 'message_stop' }, 'message_stop'),
  };
}

function geminiChunk(text: string, finishReason?: string): string {
  const candidate = { content: { parts: [{ text }], role: 'model' }, finishReason, index: 0 };
  return JSON.stringify({
    candidates: [candidate],
    usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 5, totalTokenCount: 14 },
    modelVersion: 'model-1',
    responseId: 'kJ3aZ-qLBv2U7M8P0_2x8AE',
  });
}

function gemini() {
  return {
    kind: 'gemini',
    head: '',
    delta: `data: ${geminiChunk(DELTA_TEXT)}\r\n\r\n`,
    tail: `data: ${geminiChunk('', 'STOP')}\r\n\r\n`,
  } as const;
}

function geminiArray(): ParserFormat {
  return {
    name: 'Gemini JSON array',
    kind: 'gemini',
    framing: 'document',
    head: '[',
    delta: `${geminiChunk(DELTA_TEXT)},\r\n`,
    tail: `${geminiChunk('', 'STOP')}]`,
  };
}

function dashscope(): ParserFormat {
  const frame = (content: string, reason: string) => {
    const message = { role: 'assistant', content };
    const output = { choices: [{ message, finish_reason: reason }] };
    const usage = { total_tokens: 14, input_tokens: 9, output_tokens: 5 };
    const body = { output, usage, request_id: '6b1f6d2e-6d1c-9f0e-8a52-5c7e2d4b9a01' };
    return `id:1\nevent:result\n:HTTP_STATUS/200\ndata:${JSON.stringify(body)}\n\n`;
  };
  return {
    name: 'DashScope',
    kind: 'dashscope',
    framing: 'events',
    head: '',
    delta: frame(DELTA_TEXT, 'null'),
    tail: frame('', 'stop'),
  };
}

function ollama(): ParserFormat {
  const line = (content: string, more: object) => {
    const base = { model: 'model-1', created_at: '2026-11-22T10:00:00.123456789Z' };
    return `${JSON.stringify({ ...base, message: { role: 'assistant', content }, ...more })}\n`;
  };
  return {
    name: 'Ollama NDJSON',
    kind: 'ollama',
    framing: 'lines',
    head: '',
    delta: line(DELTA_TEXT, { done: false }),
    tail: line('', { done: true, done_reason: 'stop', eval_count: 5 }),
  };
}
