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

/** OpenAI chat completions, as recorded traffic shows them: `POST /openai/v1/chat/completions`. */
export const openaiFormat: WireFormat = {
  provider: 'openai',
  frames,
  whole,
  error,
  overloadedStatus: 503,
  overloadedEvent: event({
    error: {
      message: sandboxErrorMessage(503),
      type: 'service_unavailable_error',
      param: null,
      code: 'server_is_overloaded',
    },
  }),
};

const part = z.looseObject({ type: z.string(), text: z.string().optional() });

const requestSchema = z.looseObject({
  model: z.string().min(1).max(256),
  messages: z
    .array(
      z.looseObject({
        role: z.string(),
        content: z.union([z.string(), z.array(part), z.null()]).optional(),
      }),
    )
    .min(1),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
  max_tokens: z.number().int().positive().nullish(),
  max_completion_tokens: z.number().int().positive().nullish(),
  tools: z
    .array(
      z.looseObject({
        function: z.looseObject({ name: z.string(), parameters: z.unknown().optional() }),
      }),
    )
    .optional(),
  tool_choice: z
    .union([
      z.enum(['none', 'auto', 'required', 'any']),
      z.looseObject({ function: z.looseObject({ name: z.string() }) }),
    ])
    .optional(),
  parallel_tool_calls: z.boolean().optional(),
  response_format: z
    .looseObject({
      type: z.string(),
      json_schema: z.looseObject({ schema: z.unknown().optional() }).optional(),
    })
    .optional(),
});

type OpenaiBody = z.infer<typeof requestSchema>;

export function parseOpenaiRequest(body: unknown): ParseResult {
  const parsed = requestSchema.safeParse(body);
  if (!parsed.success) return { ok: false, error: z.prettifyError(parsed.error) };
  const { data } = parsed;
  const texts = data.messages.map((message) => textOf(message.content));
  const lastUser = data.messages.findLast((message) => message.role === 'user');
  return {
    ok: true,
    value: {
      model: data.model,
      stream: data.stream === true,
      includeUsage: data.stream_options?.include_usage === true,
      prompt: textOf(lastUser?.content),
      inputTokens: estimateTokens([
        ...texts,
        data.tools === undefined ? '' : JSON.stringify(data.tools),
      ]),
      tools: (data.tools ?? []).map((tool) => ({
        name: tool.function.name,
        parameters: tool.function.parameters,
      })),
      toolChoice: toolChoiceOf(data.tool_choice),
      parallelToolCalls: data.parallel_tool_calls !== false,
      hasToolResults: data.messages.at(-1)?.role === 'tool',
      json: jsonOf(data.response_format),
      maxTokens: data.max_completion_tokens ?? data.max_tokens ?? undefined,
    },
  };
}

function textOf(content: OpenaiBody['messages'][number]['content']): string {
  if (typeof content === 'string') return content;
  return (content ?? []).map((each) => each.text ?? '').join('\n');
}

function toolChoiceOf(choice: OpenaiBody['tool_choice']): SandboxRequest['toolChoice'] {
  if (choice === undefined) return 'auto';
  if (typeof choice === 'object') return { name: choice.function.name };
  return choice === 'any' ? 'required' : choice;
}

function jsonOf(format: OpenaiBody['response_format']): SandboxRequest['json'] {
  if (format?.type === 'json_schema') return { schema: format.json_schema?.schema };
  return format?.type === 'json_object' ? { schema: undefined } : undefined;
}

function frames(request: SandboxRequest, answer: Answer, label: AnswerLabel): Frames {
  const usageField = request.includeUsage ? ',"usage":null' : '';
  const head = JSON.stringify(base(request, label, 'chat.completion.chunk')).slice(0, -1);
  const chunk = (delta: string, finishReason: string): string =>
    `data: ${head},"choices":[{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${finishReason}}]${usageField}}\n\n`;
  const usageChunk = request.includeUsage
    ? `data: ${head},"choices":[],"usage":${JSON.stringify(usageOf(request, answer))}}\n\n`
    : '';

  return {
    opening: chunk('{"role":"assistant","content":"","refusal":null}', 'null'),
    deltas: deltaTexts(answer).map((delta) => chunk(delta, 'null')),
    closing: `${chunk('{}', JSON.stringify(finishOf(answer)))}${usageChunk}data: [DONE]\n\n`,
  };
}

function deltaTexts(answer: Answer): string[] {
  if (answer.kind === 'text')
    return answer.pieces.map((piece) => `{"content":${JSON.stringify(piece)}}`);
  return answer.calls.flatMap((call, index) => [
    JSON.stringify({
      tool_calls: [
        { index, id: call.id, type: 'function', function: { name: call.name, arguments: '' } },
      ],
    }),
    ...call.pieces.map((piece) =>
      JSON.stringify({ tool_calls: [{ index, function: { arguments: piece } }] }),
    ),
  ]);
}

function whole(request: SandboxRequest, answer: Answer, label: AnswerLabel): string {
  const message =
    answer.kind === 'text'
      ? { role: 'assistant', content: answer.pieces.join(''), refusal: null }
      : {
          role: 'assistant',
          content: null,
          refusal: null,
          tool_calls: answer.calls.map((call) => ({
            id: call.id,
            type: 'function',
            function: { name: call.name, arguments: call.pieces.join('') },
          })),
        };
  return JSON.stringify({
    ...base(request, label, 'chat.completion'),
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishOf(answer) }],
    usage: usageOf(request, answer),
  });
}

function base(
  request: SandboxRequest,
  label: AnswerLabel,
  object: string,
): Record<string, unknown> {
  return {
    id: `chatcmpl-${label.id}`,
    object,
    created: Math.floor(label.createdAt / 1_000),
    model: request.model,
    service_tier: 'default',
    system_fingerprint: 'switchyard-sandbox',
  };
}

function finishOf(answer: Answer): string {
  return answer.kind === 'tools' ? 'tool_calls' : answer.finish;
}

function usageOf(request: SandboxRequest, answer: Answer): Record<string, unknown> {
  return {
    prompt_tokens: request.inputTokens,
    completion_tokens: answer.outputTokens,
    total_tokens: request.inputTokens + answer.outputTokens,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
  };
}

const ERRORS: Readonly<Record<number, { type: string; code: string | null }>> = {
  400: { type: 'invalid_request_error', code: null },
  401: { type: 'invalid_request_error', code: 'invalid_api_key' },
  403: { type: 'invalid_request_error', code: 'unsupported_country_region_territory' },
  404: { type: 'invalid_request_error', code: 'model_not_found' },
  429: { type: 'requests', code: 'rate_limit_exceeded' },
  503: { type: 'service_unavailable_error', code: 'server_is_overloaded' },
};

function error(failure: WireError): ErrorReply {
  const fallback = failure.status < 500 ? 'invalid_request_error' : 'server_error';
  const kind = ERRORS[failure.status] ?? { type: fallback, code: null };
  const headers =
    failure.retryAfter === undefined
      ? {}
      : {
          'retry-after': String(Math.ceil(failure.retryAfter)),
          'retry-after-ms': String(Math.round(failure.retryAfter * 1_000)),
        };
  return {
    headers,
    body: JSON.stringify({
      error: { message: failure.message, type: kind.type, param: null, code: kind.code },
    }),
  };
}

function event(payload: unknown): string {
  return `data: ${JSON.stringify(payload)}\n\n`;
}
