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
import {
  type ChatBody,
  type ChatMessage,
  parseChatBody,
  refusalOfJsonMode,
  unknownField,
} from './chat-body.ts';
import { chatFormat, pieceByPiece, textOfAnswer, wholeCalls } from './chat-format.ts';
import { refusalOfStrictSchema } from './strict-schema.ts';

/** OpenAI chat completions, as recorded traffic shows them: `POST /openai/v1/chat/completions`. */
export const openaiFormat = chatFormat({
  provider: 'openai',
  idPrefix: 'chatcmpl-',
  headFields: { service_tier: 'default', system_fingerprint: 'switchyard-sandbox' },
  choiceFields: { logprobs: null },
  opening: () => ({ role: 'assistant', content: '', refusal: null }),
  text: (content) => ({ content }),
  toolCalls: pieceByPiece,
  finish: {},
  message: (answer) => ({
    role: 'assistant',
    content: textOfAnswer(answer),
    refusal: null,
    tool_calls: wholeCalls(answer),
  }),
  usage: usageOf,
  usagePlace: 'own-chunk',
  error: openaiError,
  overloadedStatus: 503,
  overloadedPayload: {
    error: {
      message: sandboxErrorMessage(503),
      type: 'service_unavailable_error',
      param: null,
      code: 'server_is_overloaded',
    },
  },
});

export function parseOpenaiRequest(body: unknown): ParseResult {
  return parseChatBody(body, {
    refusalOf: (chat) => refusalOfFields(chat) ?? refusalOfModel(chat) ?? refusalOfFormat(chat),
    // The model keeps its thoughts to itself here: only the usage tells of them.
    reasoningOf: (chat) =>
      isOn(chat.reasoning_effort) && isReasoningModel(chat.model) ? 'hidden' : 'none',
  });
}

const FIELDS = new Set(
  `model messages stream stream_options max_tokens max_completion_tokens temperature top_p stop seed n tools tool_choice
  parallel_tool_calls response_format reasoning_effort verbosity user safety_identifier service_tier store metadata
  prompt_cache_key prompt_cache_options prompt_cache_retention logprobs top_logprobs logit_bias frequency_penalty
  presence_penalty modalities audio prediction web_search_options moderation functions function_call`.split(
    /\s+/,
  ),
);

const MESSAGE_FIELDS: Readonly<Record<ChatMessage['role'], ReadonlySet<string>>> = {
  system: new Set(['role', 'content', 'name']),
  developer: new Set(['role', 'content', 'name']),
  user: new Set(['role', 'content', 'name']),
  assistant: new Set(
    'role content name refusal audio tool_calls function_call annotations'.split(' '),
  ),
  tool: new Set(['role', 'content', 'tool_call_id']),
};

const MAX_STOPS = 4;

export function isReasoningModel(model: string): boolean {
  return /^(o\d|gpt-[5-9])/.test(model);
}

function isOn(effort: string | null | undefined): boolean {
  return effort !== undefined && effort !== null && effort !== 'none';
}

/** What has no place in a body. */
function refusalOfFields(body: ChatBody): Refusal | undefined {
  const unknown =
    unknownField(body, FIELDS) ??
    body.messages
      .map((message, index) => {
        const name = unknownField(message, MESSAGE_FIELDS[message.role]);
        return name === undefined ? undefined : `messages[${String(index)}].${name}`;
      })
      .find((name) => name !== undefined);
  if (unknown !== undefined)
    return {
      message: `Unknown parameter: '${unknown}'.`,
      code: 'unknown_parameter',
      param: unknown,
    };
  if (body.stream_options !== undefined && body.stream !== true)
    return {
      message: "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
      param: 'stream_options',
    };
  if (body.tool_choice === 'any')
    return { message: "Invalid value: 'any'.", code: 'invalid_value', param: 'tool_choice' };
  if (body.tool_choice !== undefined && (body.tools ?? []).length === 0)
    return {
      message: "Invalid value for 'tool_choice': only allowed when 'tools' are specified.",
      param: 'tool_choice',
    };
  return undefined;
}

/** What only some models take. */
function refusalOfModel(body: ChatBody): Refusal | undefined {
  const unsupported = (param: string, more: string): Refusal => ({
    message: `Unsupported parameter: '${param}' is not supported with this model.${more}`,
    code: 'unsupported_parameter',
    param,
  });
  if (typeof body.max_tokens === 'number' && isReasoningModel(body.model))
    return unsupported('max_tokens', " Use 'max_completion_tokens' instead.");
  if (body.stop !== undefined && body.stop !== null && /^o\d/.test(body.model))
    return unsupported('stop', '');
  if (Array.isArray(body.stop) && body.stop.length > MAX_STOPS)
    return { message: "Invalid 'stop': array too long. Expected at most 4.", param: 'stop' };
  if (isOn(body.reasoning_effort) && !isReasoningModel(body.model))
    return {
      message: `Unrecognized request argument supplied: reasoning_effort`,
      param: 'reasoning_effort',
    };
  return undefined;
}

function refusalOfFormat(body: ChatBody): Refusal | undefined {
  const wanted = body.response_format?.json_schema;
  if (body.response_format?.type !== 'json_schema') return refusalOfJsonMode(body);
  if (wanted?.schema === undefined)
    return {
      message: "Missing required parameter: 'response_format.json_schema'.",
      code: 'missing_required_parameter',
      param: 'response_format.json_schema',
    };
  return wanted.strict === true
    ? refusalOfStrictSchema(wanted.schema, { name: wanted.name, param: 'response_format' })
    : undefined;
}

function usageOf(request: SandboxRequest, answer: Answer): Record<string, unknown> {
  const output = billedTokens(answer);
  return {
    prompt_tokens: request.inputTokens,
    completion_tokens: output,
    total_tokens: request.inputTokens + output,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: answer.reasoning?.tokens ?? 0,
      audio_tokens: 0,
    },
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

/** The error body of both of OpenAI's APIs. */
export function openaiError(failure: WireError): ErrorReply {
  const fallback = failure.status < 500 ? 'invalid_request_error' : 'server_error';
  const kind = ERRORS[failure.status] ?? { type: fallback, code: null };
  const headers =
    failure.retryAfter === undefined
      ? {}
      : {
          'retry-after': String(Math.ceil(failure.retryAfter)),
          'retry-after-ms': String(Math.round(failure.retryAfter * 1_000)),
        };
  const error = {
    message: failure.message,
    type: kind.type,
    param: failure.param ?? null,
    code: failure.code ?? kind.code,
  };
  return { headers, body: JSON.stringify({ error }) };
}
