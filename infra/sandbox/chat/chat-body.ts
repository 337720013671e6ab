import { z } from 'zod';
import { imageOfUrl } from '../image-source.ts';
import { findBrokenTurn } from '../tool-turns.ts';
import {
  estimateInput,
  type ParseResult,
  type Refusal,
  refuse,
  type SandboxRequest,
} from '../wire.ts';

const textPart = z.looseObject({ type: z.literal('text'), text: z.string() });
const partSchema = z.discriminatedUnion('type', [
  textPart,
  z.looseObject({
    type: z.literal('image_url'),
    image_url: z.union([z.string(), z.looseObject({ url: z.string() })]),
  }),
  z.looseObject({ type: z.literal('refusal'), refusal: z.string() }),
  z.looseObject({ type: z.literal('thinking'), thinking: z.array(textPart) }),
]);

const toolCallSchema = z.looseObject({
  id: z.string().min(1),
  type: z.literal('function').optional(),
  function: z.looseObject({ name: z.string().min(1), arguments: z.string() }),
});

const messageSchema = z.looseObject({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
  content: z.union([z.string(), z.array(partSchema), z.null()]).optional(),
  tool_calls: z.array(toolCallSchema).nullish(),
  tool_call_id: z.string().optional(),
});

const bodySchema = z.looseObject({
  model: z.string().min(1).max(256),
  messages: z.array(messageSchema).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
  max_tokens: z.number().int().positive().nullish(),
  max_completion_tokens: z.number().int().positive().nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  tools: z
    .array(
      z.looseObject({
        type: z.literal('function').optional(),
        function: z.looseObject({ name: z.string().min(1), parameters: z.unknown().optional() }),
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
  reasoning_effort: z.string().nullish(),
  response_format: z
    .looseObject({
      type: z.enum(['text', 'json_object', 'json_schema']),
      json_schema: z
        .looseObject({
          name: z.string(),
          schema: z.unknown().optional(),
          strict: z.boolean().nullish(),
        })
        .optional(),
    })
    .optional(),
});

export type ChatBody = z.infer<typeof bodySchema>;
export type ChatMessage = ChatBody['messages'][number];

/** What one provider of this family says about requests. */
export interface ChatRules {
  /** The provider's own reason to refuse a request that has the form of the family. */
  refusalOf(body: ChatBody): Refusal | undefined;
  reasoningOf(body: ChatBody): SandboxRequest['reasoning'];
  /** Several calls at once without being told so. Default: true. */
  readonly parallelByDefault?: boolean;
  /** The code of a body that has not the form at all. */
  readonly malformed?: Omit<Refusal, 'message'>;
}

/** Reads a body of `POST /chat/completions`. */
export function parseChatBody(given: unknown, rules: ChatRules): ParseResult {
  const parsed = bodySchema.safeParse(given);
  if (!parsed.success) return refuse(z.prettifyError(parsed.error), rules.malformed);
  const body = parsed.data;
  const refusal = refusalOfMessages(body.messages) ?? rules.refusalOf(body);
  if (refusal !== undefined) return { ok: false, refusal };
  return { ok: true, value: toRequest(body, rules) };
}

function toRequest(body: ChatBody, rules: ChatRules): SandboxRequest {
  const { messages, tools = [], stop } = body;
  const lastUser = messages.findLast((message) => message.role === 'user');
  return {
    model: body.model,
    stream: body.stream === true,
    includeUsage: body.stream_options?.include_usage === true,
    prompt: textOf(lastUser?.content),
    inputTokens: estimateInput(
      messages.map(({ content }) => textOf(content)),
      tools,
    ),
    tools: tools.map((tool) => ({
      name: tool.function.name,
      parameters: tool.function.parameters,
    })),
    toolChoice: toolChoiceOf(body.tool_choice),
    parallelToolCalls: body.parallel_tool_calls ?? rules.parallelByDefault ?? true,
    hasToolResults: messages.at(-1)?.role === 'tool',
    json: jsonOf(body.response_format),
    maxTokens: body.max_completion_tokens ?? body.max_tokens ?? undefined,
    stop: typeof stop === 'string' ? [stop] : (stop ?? []),
    reasoning: rules.reasoningOf(body),
    images: messages.flatMap(({ content }) =>
      imageUrls(content).map((url) => imageOfUrl(url) ?? url),
    ),
    reasoningReturned: messages.filter(hasReasoning).length,
  };
}

export function textOf(content: ChatMessage['content']): string {
  if (typeof content === 'string') return content;
  return (content ?? []).map((part) => (part.type === 'text' ? part.text : '')).join('\n');
}

/** Under the names that servers of this family have for it, or as Mistral's thinking parts. */
function hasReasoning(message: ChatMessage): boolean {
  const texts = [message['reasoning_content'], message['reasoning']];
  if (texts.some((text) => typeof text === 'string' && text !== '')) return true;
  return Array.isArray(message.content) && message.content.some(({ type }) => type === 'thinking');
}

export function imageUrls(content: ChatMessage['content']): string[] {
  if (content === undefined || content === null || typeof content === 'string') return [];
  return content.flatMap((part) => {
    if (part.type !== 'image_url') return [];
    return typeof part.image_url === 'string' ? part.image_url : part.image_url.url;
  });
}

function toolChoiceOf(choice: ChatBody['tool_choice']): SandboxRequest['toolChoice'] {
  if (choice === undefined) return 'auto';
  if (typeof choice === 'object') return { name: choice.function.name };
  return choice === 'any' ? 'required' : choice;
}

function jsonOf(format: ChatBody['response_format']): SandboxRequest['json'] {
  if (format?.type === 'json_schema') return { schema: format.json_schema?.schema };
  return format?.type === 'json_object' ? { schema: undefined } : undefined;
}

/** What every server of the family refuses about a conversation. */
function refusalOfMessages(messages: readonly ChatMessage[]): Refusal | undefined {
  for (const [index, message] of messages.entries()) {
    const place = `messages[${String(index)}]`;
    const badUrl = imageUrls(message.content).find((url) => imageOfUrl(url) === undefined);
    if (badUrl !== undefined)
      return { message: `Invalid image URL in ${place}.`, code: 'invalid_image_url', param: place };
    if (message.role === 'tool' && message.tool_call_id === undefined)
      return { message: `Missing required parameter: '${place}.tool_call_id'.`, param: place };
    const isEmpty = message.content === undefined || message.content === null;
    const hasCalls = (message.tool_calls?.length ?? 0) > 0;
    if (isEmpty && !hasCalls)
      return { message: `Invalid value for '${place}.content': expected a string.`, param: place };
  }
  const broken = findBrokenTurn(messages.map(turnOf));
  if (broken === undefined) return undefined;
  return {
    param: `messages[${String(broken.index)}]`,
    message:
      broken.kind === 'orphan'
        ? "Messages with role 'tool' must be a response to a preceding message with 'tool_calls'."
        : `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id': ${broken.ids.join(', ')}.`,
  };
}

function turnOf(message: ChatMessage) {
  return {
    calls: (message.tool_calls ?? []).map((call) => call.id),
    results: message.role === 'tool' ? [message.tool_call_id ?? ''] : [],
  };
}

/** Object mode without a schema wants the word somewhere in the conversation, or the model might never stop. */
export function refusalOfJsonMode(body: ChatBody): Refusal | undefined {
  if (body.response_format?.type !== 'json_object') return undefined;
  if (body.messages.some((message) => /json/i.test(textOf(message.content)))) return undefined;
  return {
    message:
      "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
    param: 'messages',
  };
}

/** The first field of a record that a provider with closed schemas does not know. */
export function unknownField(
  record: Readonly<Record<string, unknown>>,
  known: ReadonlySet<string>,
): string | undefined {
  return Object.keys(record).find((name) => !known.has(name));
}
