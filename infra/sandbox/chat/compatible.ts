import { z } from 'zod';
import { isJson } from '../json-text.ts';
import {
  type Answer,
  billedTokens,
  type ErrorReply,
  type ParseResult,
  type Refusal,
  type SandboxRequest,
  sandboxErrorMessage,
  type WireError,
} from '../wire.ts';
import { type ChatBody, parseChatBody } from './chat-body.ts';
import { chatFormat, pieceByPiece, textOfAnswer, wholeCalls } from './chat-format.ts';

/** A server of one's own, in the manner of vLLM: `POST /compatible/v1/chat/completions`. */
export const compatibleFormat = chatFormat({
  provider: 'openai-compatible',
  idPrefix: 'chatcmpl-',
  headFields: {},
  choiceFields: { logprobs: null, stop_reason: null },
  opening: () => ({ role: 'assistant', content: '' }),
  reasoning: (piece) => ({ reasoning: piece }),
  text: (content) => ({ content }),
  toolCalls: pieceByPiece,
  finish: {},
  message: (answer, reasoning) => ({
    role: 'assistant',
    content: textOfAnswer(answer),
    reasoning: reasoning ?? null,
    tool_calls: wholeCalls(answer) ?? [],
  }),
  usage: usageOf,
  usagePlace: 'own-chunk',
  error,
  overloadedStatus: 503,
  overloadedPayload: errorBody({ status: 503, message: sandboxErrorMessage(503) }),
});

const thinkingSchema = z.looseObject({
  chat_template_kwargs: z.looseObject({ enable_thinking: z.boolean().optional() }).nullish(),
});

/** Unknown fields are passed over. */
export function parseCompatibleRequest(body: unknown): ParseResult {
  return parseChatBody(body, {
    refusalOf: refusalOfFields,
    reasoningOf: (chat) => (isThinking(chat) ? 'shown' : 'none'),
  });
}

function isThinking(body: ChatBody): boolean {
  const parsed = thinkingSchema.safeParse(body);
  const asked = parsed.success ? parsed.data.chat_template_kwargs?.enable_thinking : undefined;
  return asked ?? (body.reasoning_effort ?? 'none') !== 'none';
}

function refusalOfFields(body: ChatBody): Refusal | undefined {
  if (body.tool_choice === 'any') return { message: 'tool_choice: any is not supported' };
  const calls = body.messages.flatMap((message) => message.tool_calls ?? []);
  return calls.every((call) => isJson(call.function.arguments))
    ? undefined
    : { message: 'The arguments of a tool call must be JSON.' };
}

function usageOf(request: SandboxRequest, answer: Answer): Record<string, unknown> {
  const output = billedTokens(answer);
  return {
    prompt_tokens: request.inputTokens,
    total_tokens: request.inputTokens + output,
    completion_tokens: output,
    prompt_tokens_details: null,
  };
}

function error(failure: WireError): ErrorReply {
  const { retryAfter } = failure;
  return {
    headers: retryAfter === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfter)) },
    body: JSON.stringify(errorBody(failure)),
  };
}

/** The code is the status here. */
function errorBody({ status, message, param }: WireError): Record<string, unknown> {
  const types: Readonly<Record<number, string>> = {
    400: 'BadRequestError',
    401: 'AuthenticationError',
    404: 'NotFoundError',
    429: 'RateLimitError',
    503: 'ServiceUnavailableError',
  };
  const fallback = status < 500 ? 'BadRequestError' : 'InternalServerError';
  const type = types[status] ?? fallback;
  return { error: { message, type, param: param ?? null, code: status } };
}
