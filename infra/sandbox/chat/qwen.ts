import { z } from 'zod';
import { isJson } from '../json-text.ts';
import { NO_FORCED_CALL, refusalOfThinking, thinksByDefault } from '../model-studio.ts';
import { promptHash } from '../random.ts';
import {
  type Answer,
  type AnswerToolCall,
  billedTokens,
  type ErrorReply,
  type ParseResult,
  type Refusal,
  type SandboxRequest,
  sandboxErrorMessage,
  type WireError,
} from '../wire.ts';
import { type ChatBody, parseChatBody, refusalOfJsonMode } from './chat-body.ts';
import { chatFormat, textOfAnswer, wholeCalls } from './chat-format.ts';

/** Qwen in Model Studio's compatible mode: `POST /qwen/compatible-mode/v1/chat/completions`. */
export const qwenFormat = chatFormat({
  provider: 'qwen',
  idPrefix: 'chatcmpl-',
  headFields: { system_fingerprint: null },
  choiceFields: { logprobs: null },
  opening: (answer) =>
    answer.reasoning === undefined
      ? { content: '', role: 'assistant' }
      : { content: null, role: 'assistant', reasoning_content: '' },
  reasoning: (piece) => ({ content: null, reasoning_content: piece }),
  text: (content) => ({ content, reasoning_content: null }),
  toolCalls: qwenToolCalls,
  toCallId: (id) => `call_${promptHash(id)}`,
  finish: {},
  message: (answer, reasoning) => ({
    content: textOfAnswer(answer) ?? '',
    reasoning_content: reasoning,
    role: 'assistant',
    tool_calls: wholeCalls(answer)?.map((call, index) => ({ index, ...call })),
  }),
  usage: usageOf,
  usagePlace: 'own-chunk',
  error,
  overloadedStatus: 503,
  overloadedPayload: errorBody({
    status: 503,
    message: sandboxErrorMessage(503),
    code: 'ModelUnavailable',
  }),
});

/** Later pieces repeat the id or leave it empty, and bring an empty name once. */
function qwenToolCalls(calls: readonly AnswerToolCall[]): unknown[] {
  return calls.flatMap(({ id, name, pieces }, index) => [
    {
      content: '',
      tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }],
    },
    ...pieces.map((text, place) =>
      place === 0
        ? {
            content: '',
            tool_calls: [{ index, id, type: 'function', function: { name: '', arguments: text } }],
            role: null,
          }
        : {
            tool_calls: [{ function: { arguments: text }, index, id: '', type: 'function' }],
            content: '',
          },
    ),
  ]);
}

const thinkingSchema = z.looseObject({
  enable_thinking: z.boolean().nullish(),
  thinking_budget: z.number().int().positive().nullish(),
});

export function parseQwenRequest(body: unknown): ParseResult {
  return parseChatBody(body, {
    refusalOf: (chat) => {
      const parsed = thinkingSchema.safeParse(chat);
      if (!parsed.success) return { message: z.prettifyError(parsed.error) };
      return (
        refusalOfThinking({
          model: chat.model,
          isThinking: isThinking(chat),
          stream: chat.stream === true,
          isJson: (chat.response_format?.type ?? 'text') !== 'text',
          isForced: typeof chat.tool_choice === 'object',
        }) ??
        refusalOfFields(chat) ??
        refusalOfJsonMode(chat)
      );
    },
    reasoningOf: (chat) => (isThinking(chat) ? 'shown' : 'none'),
    parallelByDefault: false,
  });
}

function isThinking(body: ChatBody): boolean {
  const parsed = thinkingSchema.safeParse(body);
  const asked = parsed.success ? parsed.data.enable_thinking : undefined;
  return asked ?? thinksByDefault(body.model);
}

function refusalOfFields(body: ChatBody): Refusal | undefined {
  if ((body.temperature ?? 0) >= 2)
    return { message: "'temperature' must be less than 2", param: 'temperature' };
  if (body.tool_choice === 'any' || body.tool_choice === 'required') return NO_FORCED_CALL;
  const calls = body.messages.flatMap((message) => message.tool_calls ?? []);
  return calls.every((call) => isJson(call.function.arguments))
    ? undefined
    : {
        message: 'The "function.arguments" parameter of the code model must be in JSON format.',
      };
}

function usageOf(request: SandboxRequest, answer: Answer): Record<string, unknown> {
  const output = billedTokens(answer);
  return {
    prompt_tokens: request.inputTokens,
    completion_tokens: output,
    total_tokens: request.inputTokens + output,
    ...(answer.reasoning === undefined
      ? {}
      : { completion_tokens_details: { reasoning_tokens: answer.reasoning.tokens } }),
    prompt_tokens_details: { cached_tokens: 0 },
  };
}

const CODES: Readonly<Record<number, string>> = {
  400: 'invalid_parameter_error',
  401: 'invalid_api_key',
  403: 'AccessDenied',
  404: 'model_not_found',
  429: 'limit_requests',
  500: 'InternalError',
  503: 'ModelUnavailable',
};

/** No retry hint is ever sent. */
function error(failure: WireError): ErrorReply {
  return { headers: {}, body: JSON.stringify(errorBody(failure)) };
}

function errorBody(failure: WireError): Record<string, unknown> {
  const code = failure.code ?? CODES[failure.status] ?? null;
  const type = failure.status < 500 ? 'invalid_request_error' : code;
  return {
    error: { message: failure.message, type, param: failure.param ?? null, code },
    request_id: 'switchyard-sandbox',
  };
}
