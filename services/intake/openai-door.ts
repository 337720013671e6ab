import type { JobRequest } from '../../shared/contracts/http/job-request.ts';
import { jobRequestSchema } from '../../shared/contracts/http/job-request.ts';
import {
  type OpenaiChatRequest,
  openaiChatRequestSchema,
} from '../../shared/contracts/http/openai-chat-request.ts';
import { type Problem, problem, problemFromZod } from '../../shared/contracts/http/problem.ts';
import { err, ok, type Result } from '../../shared/core/result.ts';

/** A chat completion request in our terms, with what the client's stream shall look like. */
export interface OpenaiJob {
  readonly request: JobRequest;
  readonly stream: boolean;
  readonly includeUsage: boolean;
}

/** Translates OpenAI's wire format, with the `x-switchyard-*` options, into a job request. */
export function readOpenaiRequest(
  body: unknown,
  options: Readonly<Record<string, string>>,
): Result<OpenaiJob, Problem> {
  const parsed = openaiChatRequestSchema.safeParse(body);
  if (!parsed.success) {
    const unknown = parsed.error.issues.find((issue) => issue.code === 'unrecognized_keys');
    if (unknown === undefined) return err(problemFromZod(parsed.error));
    return err(problem('unsupported_parameter', unknown.keys.join(', ')));
  }
  const chat = parsed.data;
  const stream = chat.stream === true;
  const extras = readOptions(options, stream);
  if (!extras.ok) return extras;
  const request = jobRequestSchema.safeParse(
    withoutUndefined({ ...translate(chat), ...extras.value, stream }),
  );
  if (!request.success) return err(problemFromZod(request.error));
  const includeUsage = chat.stream_options?.include_usage === true;
  return ok({ request: request.data, stream, includeUsage });
}

function translate(chat: OpenaiChatRequest) {
  return {
    model: chat.model,
    messages: chat.messages.map(translateMessage),
    temperature: chat.temperature ?? undefined,
    topP: chat.top_p ?? undefined,
    maxTokens: chat.max_completion_tokens ?? chat.max_tokens ?? undefined,
    stop: chat.stop ?? undefined,
    seed: chat.seed ?? undefined,
    tools: chat.tools?.map(({ function: tool }) =>
      withoutUndefined({
        name: tool.name,
        description: tool.description ?? undefined,
        parameters: tool.parameters ?? undefined,
        strict: tool.strict ?? undefined,
      }),
    ),
    toolChoice: translateToolChoice(chat.tool_choice),
    parallelToolCalls: chat.parallel_tool_calls ?? undefined,
    responseFormat: translateFormat(chat.response_format),
    reasoning: translateReasoning(chat),
    metadata: chat.metadata ?? undefined,
  };
}

type ChatMessage = OpenaiChatRequest['messages'][number];

function translateMessage(message: ChatMessage) {
  switch (message.role) {
    case 'system':
    case 'developer':
      return { role: 'system', content: translateContent(message.content) };
    case 'user':
      return { role: 'user', content: translateContent(message.content) };
    case 'tool':
      return {
        role: 'tool',
        toolCallId: message.tool_call_id,
        content: translateContent(message.content),
      };
    case 'assistant':
      return withoutUndefined({
        role: 'assistant',
        content: translateContent(message.content ?? undefined),
        toolCalls: message.tool_calls?.map((call) => ({ id: call.id, ...call.function })),
        reasoning: message.reasoning_content ?? message.reasoning ?? undefined,
        reasoningDetails: message.reasoning_details?.map(({ index: _index, ...detail }) => detail),
      });
  }
}

function translateContent(content: Extract<ChatMessage, { role: 'user' }>['content'] | undefined) {
  if (content === undefined || typeof content === 'string') return content;
  return content.map((part) =>
    part.type === 'text'
      ? part
      : withoutUndefined({
          type: 'image',
          ...part.image_url,
          detail: part.image_url.detail ?? undefined,
        }),
  );
}

function translateToolChoice(choice: OpenaiChatRequest['tool_choice']) {
  if (choice === null || choice === undefined || typeof choice === 'string') {
    return choice ?? undefined;
  }
  return { name: choice.function.name };
}

function translateFormat(format: OpenaiChatRequest['response_format']) {
  switch (format?.type) {
    case undefined:
      return undefined;
    case 'text':
      return { type: 'text' };
    case 'json_object':
      return { type: 'json' };
    case 'json_schema':
      return withoutUndefined({
        type: 'json_schema',
        name: format.json_schema.name,
        description: format.json_schema.description ?? undefined,
        schema: format.json_schema.schema ?? {},
        strict: format.json_schema.strict ?? undefined,
      });
  }
}

function translateReasoning({ reasoning, reasoning_effort }: OpenaiChatRequest) {
  const effort = reasoning?.effort ?? reasoning_effort ?? undefined;
  const budgetTokens = reasoning?.max_tokens ?? undefined;
  if (effort === undefined && budgetTokens === undefined) return undefined;
  return withoutUndefined({ effort: effort === 'xhigh' ? 'max' : effort, budgetTokens });
}

/** The options that a header may carry, and where they go in the request. Headers are text: numbers are read here. */
const OPTIONS: Readonly<
  Record<string, (value: string) => { routing?: object; delivery?: object }>
> = {
  budget: (budget) => ({ routing: { budget } }),
  'on-interrupt': (onInterrupt) => ({ routing: { onInterrupt } }),
  'max-cost-usd': (value) => ({ routing: { maxCostUsd: Number(value) } }),
  'max-attempts': (value) => ({ routing: { maxAttempts: Number(value) } }),
  'min-quality': (value) => ({ routing: { minQuality: Number(value) } }),
  allow: (value) => ({ routing: { allow: value.split(',').map((name) => name.trim()) } }),
  deny: (value) => ({ routing: { deny: value.split(',').map((name) => name.trim()) } }),
  priority: (priority) => ({ delivery: { priority } }),
  'deadline-ms': (value) => ({ delivery: { deadlineMs: Number(value) } }),
  /** Read by the edge: what closing the connection means. */
  'on-disconnect': () => ({}),
};

/**
 * An OpenAI client cannot be told that text it has shown is void, so a broken stream fails honestly unless it asks for
 * something else. Without streaming nothing has been shown, and a new attempt is invisible.
 */
function readOptions(options: Readonly<Record<string, string>>, stream: boolean) {
  let routing: object = { onInterrupt: stream ? 'fail' : 'restart' };
  let delivery: object | undefined;
  for (const [name, value] of Object.entries(options)) {
    const read = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
    if (read === undefined) {
      return err(problem('unsupported_parameter', `the header x-switchyard-${name}`));
    }
    const extra = read(value);
    routing = { ...routing, ...extra.routing };
    if (extra.delivery !== undefined) delivery = { ...delivery, ...extra.delivery };
  }
  return ok({ routing, ...(delivery === undefined ? {} : { delivery }) });
}

/** Schemas tell an absent key from an undefined one; wire formats do not. */
function withoutUndefined(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined));
}
