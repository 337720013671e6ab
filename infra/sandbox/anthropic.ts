import { z } from 'zod';
import {
  type Answer,
  type AnswerLabel,
  type ErrorReply,
  estimateTokens,
  type Frames,
  type ParseResult,
  type SandboxRequest,
  sandboxErrorMessage,
  type WireError,
  type WireFormat,
} from './wire.ts';

/** Anthropic messages: `POST /anthropic/v1/messages`. */
export const anthropicFormat: WireFormat = {
  provider: 'anthropic',
  frames,
  whole,
  error,
  overloadedStatus: 529,
  overloadedEvent: event({
    type: 'error',
    error: { details: null, type: 'overloaded_error', message: sandboxErrorMessage(529) },
  }),
};

const block = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  content: z.unknown().optional(),
});
const content = z.union([z.string(), z.array(block)]);

const requestSchema = z.looseObject({
  model: z.string().min(1).max(256),
  /** The real API refuses a request without it; so do we, or an adapter's mistake would pass here. */
  max_tokens: z.number().int().positive(),
  messages: z
    .array(z.looseObject({ role: z.enum(['user', 'assistant', 'system']), content }))
    .min(1),
  system: content.optional(),
  stream: z.boolean().optional(),
  tools: z
    .array(z.looseObject({ name: z.string(), input_schema: z.unknown().optional() }))
    .optional(),
  tool_choice: z
    .looseObject({
      type: z.string(),
      name: z.string().optional(),
      disable_parallel_tool_use: z.boolean().optional(),
    })
    .optional(),
  output_config: z
    .looseObject({
      format: z.looseObject({ type: z.string(), schema: z.unknown().optional() }).optional(),
    })
    .optional(),
});

type AnthropicBody = z.infer<typeof requestSchema>;

export function parseAnthropicRequest(body: unknown): ParseResult {
  const parsed = requestSchema.safeParse(body);
  if (!parsed.success) return { ok: false, error: z.prettifyError(parsed.error) };
  const { data } = parsed;
  const texts = data.messages.map((message) => textOf(message.content));
  const lastUser = data.messages.findLast(
    (message) => message.role === 'user' && textOf(message.content) !== '',
  );
  const last = data.messages.at(-1);
  const format = data.output_config?.format;
  return {
    ok: true,
    value: {
      model: data.model,
      stream: data.stream === true,
      includeUsage: true,
      prompt: textOf(lastUser?.content),
      inputTokens: estimateTokens([
        ...texts,
        textOf(data.system),
        data.tools === undefined ? '' : JSON.stringify(data.tools),
      ]),
      tools: (data.tools ?? []).map((tool) => ({ name: tool.name, parameters: tool.input_schema })),
      toolChoice: toolChoiceOf(data.tool_choice),
      parallelToolCalls: data.tool_choice?.disable_parallel_tool_use !== true,
      hasToolResults:
        Array.isArray(last?.content) && last.content.some((each) => each.type === 'tool_result'),
      json: format?.type === 'json_schema' ? { schema: format.schema } : jsonByWords(data.system),
      maxTokens: data.max_tokens,
    },
  };
}

function textOf(given: AnthropicBody['system']): string {
  if (typeof given === 'string') return given;
  return (given ?? [])
    .map((each) => each.text ?? '')
    .join('\n')
    .trim();
}

/** Anthropic has no JSON mode without a schema: a system prompt that demands JSON and nothing else stands for it. */
function jsonByWords(system: AnthropicBody['system']): SandboxRequest['json'] {
  return /\bJSON\b[^.]*\bnothing else\b|\bonly\b[^.]*\bJSON\b/i.test(textOf(system))
    ? { schema: undefined }
    : undefined;
}

function toolChoiceOf(choice: AnthropicBody['tool_choice']): SandboxRequest['toolChoice'] {
  if (choice?.type === 'tool' && choice.name !== undefined) return { name: choice.name };
  if (choice?.type === 'any') return 'required';
  return choice?.type === 'none' ? 'none' : 'auto';
}

function frames(request: SandboxRequest, answer: Answer, label: AnswerLabel): Frames {
  const start = event({
    type: 'message_start',
    message: {
      ...message(request, label),
      content: [],
      stop_reason: null,
      usage: usageOf(request, 1),
    },
  });
  const end = event({
    type: 'message_delta',
    delta: { stop_reason: stopReasonOf(answer), stop_sequence: null, stop_details: null },
    usage: usageOf(request, answer.outputTokens),
  });
  const stop = event({ type: 'message_stop' });
  const ping = event({ type: 'ping' });

  if (answer.kind === 'text') {
    return {
      opening:
        start +
        event({
          type: 'content_block_start',
          index: 0,
          content_block: { type: 'text', text: '' },
        }) +
        ping,
      deltas: answer.pieces.map(textDelta),
      closing: event({ type: 'content_block_stop', index: 0 }) + end + stop,
    };
  }
  return { opening: start + ping, deltas: toolDeltas(answer), closing: end + stop };
}

/** Written by hand, because it is most of what the sandbox sends. */
function textDelta(piece: string): string {
  const delta = `{"type":"text_delta","text":${JSON.stringify(piece)}}`;
  return `event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":${delta}}\n\n`;
}

function toolDeltas(answer: Extract<Answer, { kind: 'tools' }>): string[] {
  return answer.calls.flatMap((call, index) => [
    event({
      type: 'content_block_start',
      index,
      content_block: { type: 'tool_use', id: toolUseId(call.id), name: call.name, input: {} },
    }),
    ...call.pieces.map((piece) =>
      event({
        type: 'content_block_delta',
        index,
        delta: { type: 'input_json_delta', partial_json: piece },
      }),
    ),
    event({ type: 'content_block_stop', index }),
  ]);
}

function whole(request: SandboxRequest, answer: Answer, label: AnswerLabel): string {
  const blocks =
    answer.kind === 'text'
      ? [{ type: 'text', text: answer.pieces.join('') }]
      : answer.calls.map((call) => ({
          type: 'tool_use',
          id: toolUseId(call.id),
          name: call.name,
          input: parseArguments(call.pieces),
        }));
  return JSON.stringify({
    ...message(request, label),
    content: blocks,
    stop_reason: stopReasonOf(answer),
    usage: usageOf(request, answer.outputTokens),
  });
}

function message(request: SandboxRequest, label: AnswerLabel): Record<string, unknown> {
  return {
    id: `msg_${label.id}`,
    type: 'message',
    role: 'assistant',
    model: request.model,
    stop_sequence: null,
  };
}

function toolUseId(id: string): string {
  return `toolu_${id}`;
}

function parseArguments(pieces: readonly string[]): unknown {
  return JSON.parse(pieces.join(''));
}

function stopReasonOf(answer: Answer): string {
  if (answer.kind === 'tools') return 'tool_use';
  return answer.finish === 'length' ? 'max_tokens' : 'end_turn';
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

function event(payload: { readonly type: string } & Record<string, unknown>): string {
  return `event: ${payload.type}\ndata: ${JSON.stringify(payload)}\n\n`;
}
