import { FrameList, typedEvent } from '../frame-list.ts';
import { seal } from '../seal.ts';
import {
  type Answer,
  type AnswerLabel,
  type AnswerReasoning,
  type AnswerToolCall,
  billedTokens,
  type ErrorReply,
  type Frames,
  type SandboxRequest,
  sandboxErrorMessage,
  type WireError,
  type WireFormat,
} from '../wire.ts';

/** Anthropic messages: `POST /anthropic/v1/messages`. */
export const anthropicFormat: WireFormat = {
  provider: 'anthropic',
  frames,
  whole,
  error,
  overloadedStatus: 529,
  overloadedEvent: typedEvent({
    type: 'error',
    error: { details: null, type: 'overloaded_error', message: sandboxErrorMessage(529) },
  }),
};

function frames(request: SandboxRequest, answer: Answer, label: AnswerLabel): Frames {
  const list = new FrameList();
  list.add(
    typedEvent({
      type: 'message_start',
      message: {
        ...message(request, label),
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: usageOf(request, 1),
      },
    }),
  );
  const blocks = blocksOf(request, answer);
  for (const [index, block] of blocks.entries()) {
    list.add(typedEvent({ type: 'content_block_start', index, content_block: block.start }));
    if (index === 0) {
      list.add(typedEvent({ type: 'ping' }));
      list.endOpening();
    }
    for (const delta of block.deltas) list.delta(deltaEvent(index, delta));
    if (block.signature !== undefined)
      list.add(deltaEvent(index, { type: 'signature_delta', signature: block.signature }));
    list.add(typedEvent({ type: 'content_block_stop', index }));
  }
  list.add(
    typedEvent({
      type: 'message_delta',
      delta: { ...stopOf(answer), stop_details: null },
      usage: finalUsageOf(request, answer),
    }) + typedEvent({ type: 'message_stop' }),
  );
  return list.frames();
}

/** Written by hand around the delta, because it is most of what the sandbox sends. */
function deltaEvent(index: number, delta: unknown): string {
  return `event: content_block_delta\ndata: {"type":"content_block_delta","index":${String(index)},"delta":${JSON.stringify(delta)}}\n\n`;
}

interface Block {
  readonly start: unknown;
  readonly deltas: readonly unknown[];
  readonly signature?: string;
  /** The block as it stands in a whole message. */
  readonly whole: unknown;
}

function blocksOf(request: SandboxRequest, answer: Answer): Block[] {
  const thought = answer.reasoning === undefined ? [] : [thinkingBlock(request, answer.reasoning)];
  if (answer.kind === 'text') return [...thought, textBlock(answer.pieces)];
  return [...thought, ...answer.calls.map(toolUseBlock)];
}

/** Signed over the text that the client gets to see, which is none where it asked for none. */
function thinkingBlock({ reasoning }: SandboxRequest, { pieces }: AnswerReasoning): Block {
  const shown = reasoning === 'shown' ? pieces : [];
  const thinking = shown.join('');
  const signature = seal(thinking);
  return {
    start: { type: 'thinking', thinking: '', signature: '' },
    deltas: shown.map((piece) => ({ type: 'thinking_delta', thinking: piece })),
    signature,
    whole: { type: 'thinking', thinking, signature },
  };
}

function textBlock(pieces: readonly string[]): Block {
  return {
    start: { type: 'text', text: '' },
    deltas: pieces.map((text) => ({ type: 'text_delta', text })),
    whole: { type: 'text', text: pieces.join('') },
  };
}

function toolUseBlock({ id, name, pieces }: AnswerToolCall): Block {
  const start = { type: 'tool_use', id: `toolu_${id}`, name, input: {} };
  const input: unknown = JSON.parse(pieces.join(''));
  return {
    start,
    deltas: pieces.map((piece) => ({ type: 'input_json_delta', partial_json: piece })),
    whole: { ...start, input },
  };
}

function whole(request: SandboxRequest, answer: Answer, label: AnswerLabel): string {
  return JSON.stringify({
    ...message(request, label),
    content: blocksOf(request, answer).map((block) => block.whole),
    ...stopOf(answer),
    usage: finalUsageOf(request, answer),
  });
}

function message(request: SandboxRequest, label: AnswerLabel): Record<string, unknown> {
  return { id: `msg_${label.id}`, type: 'message', role: 'assistant', model: request.model };
}

function stopOf(answer: Answer): { stop_reason: string; stop_sequence: string | null } {
  if (answer.kind === 'tools') return { stop_reason: 'tool_use', stop_sequence: null };
  if (answer.stopText !== undefined)
    return { stop_reason: 'stop_sequence', stop_sequence: answer.stopText };
  const reason = answer.finish === 'length' ? 'max_tokens' : 'end_turn';
  return { stop_reason: reason, stop_sequence: null };
}

function finalUsageOf(request: SandboxRequest, answer: Answer): Record<string, unknown> {
  const { reasoning } = answer;
  return {
    ...usageOf(request, billedTokens(answer)),
    ...(reasoning === undefined
      ? {}
      : { output_tokens_details: { thinking_tokens: reasoning.tokens } }),
  };
}

function usageOf(request: SandboxRequest, outputTokens: number): Record<string, unknown> {
  return {
    input_tokens: request.inputTokens,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: outputTokens,
  };
}

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  409: 'conflict_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

function error(failure: WireError): ErrorReply {
  const fallback = failure.status < 500 ? 'invalid_request_error' : 'api_error';
  const type = ERROR_TYPES[failure.status] ?? fallback;
  return {
    headers:
      failure.retryAfter === undefined
        ? {}
        : { 'retry-after': String(Math.ceil(failure.retryAfter)) },
    body: JSON.stringify({
      type: 'error',
      error: { type, message: failure.message },
      request_id: 'req_sandbox',
    }),
  };
}
