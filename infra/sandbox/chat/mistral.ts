import { promptHash } from '../random.ts';
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
import { type ChatBody, type ChatMessage, parseChatBody, unknownField } from './chat-body.ts';
import { chatFormat, textOfAnswer, wholeCalls } from './chat-format.ts';

/** Ids of tool calls are nine letters and digits. */
const OWN_ID = /^[A-Za-z0-9]{9}$/;
const OWN_ID_LENGTH = 9;

const CAPACITY_CODE = '3505';

/** Mistral: `POST /mistral/v1/chat/completions`. Content is text, or parts as soon as thinking comes. */
export const mistralFormat = chatFormat({
  provider: 'mistral',
  idPrefix: '',
  headFields: {},
  choiceFields: {},
  opening: () => ({ role: 'assistant', content: '' }),
  reasoning: (piece) => ({ content: [thinking(piece)] }),
  text: (content) => ({ content }),
  // All calls come in one chunk, whole.
  toolCalls: (calls) => [
    {
      content: null,
      tool_calls: calls.map((call, index) => ({
        id: call.id,
        function: { name: call.name, arguments: call.pieces.join('') },
        index,
      })),
    },
  ],
  toCallId: (id) => promptHash(id).slice(0, OWN_ID_LENGTH),
  finish: { content: '' },
  message: (answer, reasoning) => ({
    role: 'assistant',
    content: contentOf(textOfAnswer(answer) ?? '', reasoning),
    tool_calls: wholeCalls(answer)?.map((call, index) => ({ ...call, index })) ?? null,
  }),
  usage: usageOf,
  usagePlace: 'finish',
  error,
  // Its own way to be overloaded: a throttle of one model.
  overloadedStatus: 429,
  overloadedCode: CAPACITY_CODE,
  overloadedPayload: errorBody({
    status: 429,
    message: sandboxErrorMessage(429),
    code: CAPACITY_CODE,
  }),
});

function thinking(text: string): unknown {
  return { type: 'thinking', thinking: [{ type: 'text', text }], closed: true };
}

function contentOf(text: string, reasoning: string | undefined): unknown {
  if (reasoning === undefined) return text;
  return [thinking(reasoning), ...(text === '' ? [] : [{ type: 'text', text }])];
}

const FIELDS = new Set(
  `model messages stream max_tokens temperature top_p stop random_seed n tools tool_choice parallel_tool_calls
  response_format reasoning_effort prompt_mode safe_prompt prediction presence_penalty frequency_penalty metadata
  prompt_cache_key guardrails`.split(/\s+/),
);

const MESSAGE_FIELDS = new Set(['role', 'content', 'tool_calls', 'prefix', 'tool_call_id', 'name']);

const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh'];

export function parseMistralRequest(body: unknown): ParseResult {
  return parseChatBody(body, {
    refusalOf: (chat) => refusalOfFields(chat) ?? refusalOfMessages(chat.messages),
    reasoningOf: (chat) => (isThinking(chat) ? 'shown' : 'none'),
    malformed: { status: 422 },
  });
}

function isThinking(body: ChatBody): boolean {
  const effort = body.reasoning_effort ?? undefined;
  if (effort !== undefined) return effort !== 'none';
  return body['prompt_mode'] === 'reasoning' || body.model.startsWith('magistral');
}

/** Every field that the schema does not know is refused, and the stream options of others are one. */
function refusalOfFields(body: ChatBody): Refusal | undefined {
  const unknown = unknownField(body, FIELDS);
  if (unknown !== undefined) return extraForbidden(unknown);
  const effort = body.reasoning_effort;
  if (typeof effort === 'string' && !EFFORTS.includes(effort))
    return {
      message: `reasoning_effort: Input should be one of ${EFFORTS.join(', ')}`,
      status: 422,
    };
  if ((body.temperature ?? 0) > 1.5)
    return { message: 'temperature: Input should be less than or equal to 1.5', status: 422 };
  const bare = (body.tools ?? []).find((tool) => tool.function.parameters === undefined);
  return bare === undefined
    ? undefined
    : { message: `tools.${bare.function.name}.function.parameters: Field required`, status: 422 };
}

function refusalOfMessages(messages: readonly ChatMessage[]): Refusal | undefined {
  for (const message of messages) {
    const unknown = unknownField(message, MESSAGE_FIELDS);
    if (unknown !== undefined) return extraForbidden(`${message.role}.${unknown}`);
    const ids = [...(message.tool_calls ?? []).map((call) => call.id), message.tool_call_id];
    const foreign = ids.find((id) => id !== undefined && !OWN_ID.test(id));
    if (foreign !== undefined)
      return {
        message: `Tool call id was ${foreign} but must be a-z, A-Z, 0-9, with a length of 9.`,
        code: '3280',
      };
  }
  const last = messages.at(-1);
  const isFit =
    last?.role === 'user' ||
    last?.role === 'tool' ||
    (last?.role === 'assistant' && last['prefix'] === true);
  if (isFit) return undefined;
  return {
    message:
      'Expected last role User or Tool (or Assistant with prefix True) for serving but got another.',
    code: '3230',
  };
}

function extraForbidden(name: string): Refusal {
  return { message: `${name}: Extra inputs are not permitted`, status: 422 };
}

/** Reasoning is not counted apart. */
function usageOf(request: SandboxRequest, answer: Answer): Record<string, unknown> {
  const output = billedTokens(answer);
  return {
    prompt_tokens: request.inputTokens,
    total_tokens: request.inputTokens + output,
    completion_tokens: output,
    prompt_tokens_details: { cached_tokens: 0 },
    service_tier: 'standard',
  };
}

function error(failure: WireError): ErrorReply {
  return { headers: {}, body: JSON.stringify(errorBody(failure)) };
}

/** Three shapes: a bare detail for the credential, a list of complaints for the schema, an error object for the rest. */
function errorBody({ status, message, code, param }: WireError): Record<string, unknown> {
  if (status === 401) return { detail: message };
  if (status === 422) {
    const detail = [{ type: 'value_error', loc: ['body'], msg: message }];
    return { object: 'error', message: { detail }, type: 'invalid_request_error', param: null };
  }
  const types: Readonly<Record<string, string>> = {
    '1300': 'rate_limited',
    '1500': 'invalid_model',
    [CAPACITY_CODE]: 'service_tier_capacity_exceeded',
  };
  const usual = status === 429 ? '1300' : null;
  const own = code ?? usual;
  const fallback = status < 500 ? 'invalid_request_error' : 'internal_server_error';
  return {
    object: 'error',
    message,
    type: types[own ?? ''] ?? fallback,
    param: param ?? null,
    code: own,
    raw_status_code: status,
  };
}
