import { z } from 'zod';
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
import { type ChatBody, imageUrls, parseChatBody, refusalOfJsonMode } from './chat-body.ts';
import { chatFormat, pieceByPiece, textOfAnswer, wholeCalls } from './chat-format.ts';

const BUSY = 'Service is too busy. We advise users to temporarily switch to alternative providers.';

/** DeepSeek: `POST /deepseek/chat/completions`, also below `/v1` and `/beta`. */
export const deepseekFormat = chatFormat({
  provider: 'deepseek',
  idPrefix: '',
  headFields: { system_fingerprint: 'fp_switchyard_sandbox' },
  choiceFields: { logprobs: null },
  opening: (answer) =>
    answer.reasoning === undefined
      ? { role: 'assistant', content: '' }
      : { role: 'assistant', content: null, reasoning_content: '' },
  reasoning: (piece) => ({ content: null, reasoning_content: piece }),
  text: (content) => ({ content, reasoning_content: null }),
  toolCalls: pieceByPiece,
  toCallId: (id, index) => `call_${String(index)}_${id}`,
  finish: { content: '', reasoning_content: null },
  message: (answer, reasoning) => ({
    role: 'assistant',
    content: textOfAnswer(answer) ?? '',
    reasoning_content: reasoning,
    tool_calls: wholeCalls(answer)?.map((call, index) => ({ index, ...call })),
  }),
  usage: usageOf,
  usagePlace: 'finish',
  error,
  overloadedStatus: 503,
  overloadedPayload: {
    error: {
      message: `${sandboxErrorMessage(503)} ${BUSY}`,
      type: 'service_unavailable_error',
      param: null,
      code: 'service_unavailable_error',
    },
  },
});

const thinkingSchema = z.looseObject({
  thinking: z.looseObject({ type: z.enum(['enabled', 'disabled']) }).nullish(),
});

export function parseDeepseekRequest(body: unknown): ParseResult {
  return parseChatBody(body, {
    refusalOf: (chat) => refusalOfFields(chat) ?? refusalOfJsonMode(chat) ?? refusalOfHistory(chat),
    reasoningOf: (chat) => (isThinking(chat) ? 'shown' : 'none'),
  });
}

/** On unless it is switched off. */
function isThinking(body: ChatBody): boolean {
  const parsed = thinkingSchema.safeParse(body);
  return !(parsed.success && parsed.data.thinking?.type === 'disabled');
}

const EFFORTS = ['minimal', 'low', 'medium', 'high', 'xhigh', 'max', 'ultra'];

function refusalOfFields(body: ChatBody): Refusal | undefined {
  if (!thinkingSchema.safeParse(body).success)
    return { message: "thinking.type: expected 'enabled' or 'disabled'" };
  const effort = body.reasoning_effort;
  if (typeof effort === 'string' && !EFFORTS.includes(effort))
    return { message: `reasoning_effort: unknown variant \`${effort}\``, status: 422 };
  if (body.messages.some((message) => imageUrls(message.content).length > 0))
    return { message: 'messages: unknown variant `image_url`, expected `text`' };
  if (body.response_format?.type === 'json_schema')
    return { message: 'This response_format type is unavailable now' };
  if (body.tool_choice === 'any')
    return { message: 'tool_choice: unknown variant `any`', status: 422 };
  return undefined;
}

/** A thinking model must be told what it thought when it called tools. */
function refusalOfHistory(body: ChatBody): Refusal | undefined {
  if (!isThinking(body)) return undefined;
  const index = body.messages.findIndex(
    (message) =>
      message.role === 'assistant' &&
      (message.tool_calls?.length ?? 0) > 0 &&
      typeof message['reasoning_content'] !== 'string',
  );
  if (index < 0) return undefined;
  return {
    message: `Missing \`reasoning_content\` field in the assistant message at message index ${String(index)}. The \`reasoning_content\` of a thinking-mode tool call must be passed back to the API.`,
  };
}

function usageOf(request: SandboxRequest, answer: Answer): Record<string, unknown> {
  const output = billedTokens(answer);
  const { reasoning } = answer;
  return {
    prompt_tokens: request.inputTokens,
    completion_tokens: output,
    total_tokens: request.inputTokens + output,
    prompt_tokens_details: { cached_tokens: 0 },
    ...(reasoning === undefined
      ? {}
      : { completion_tokens_details: { reasoning_tokens: reasoning.tokens } }),
    prompt_cache_hit_tokens: 0,
    prompt_cache_miss_tokens: request.inputTokens,
  };
}

const TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  402: 'unknown_error',
  429: 'rate_limit_error',
  500: 'server_error',
  503: 'service_unavailable_error',
};

/** The code is the same for nearly everything, so the status has to tell; there is no retry hint. */
function error(failure: WireError): ErrorReply {
  const type = TYPES[failure.status] ?? 'invalid_request_error';
  const code = failure.status < 500 ? 'invalid_request_error' : type;
  return {
    headers: {},
    body: JSON.stringify({ error: { message: failure.message, type, param: null, code } }),
  };
}
