import { z } from 'zod';
import { imageOfUrl } from '../image-source.ts';
import { isJson } from '../json-text.ts';
import { NO_FORCED_CALL, refusalOfThinking, thinksByDefault } from '../model-studio.ts';
import { findBrokenTurn } from '../tool-turns.ts';
import {
  estimateInput,
  type ParseResult,
  type Refusal,
  refuse,
  type SandboxRequest,
} from '../wire.ts';
import { type DashscopeOptions, dashscopeFormatFor } from './format.ts';

/** Parts have no type: their only field names it. */
const partSchema = z.union([
  z.strictObject({ text: z.string() }),
  z.strictObject({
    image: z.string().refine((url) => imageOfUrl(url) !== undefined, 'is not an image'),
  }),
]);

const messageSchema = z.looseObject({
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  content: z.union([z.string(), z.array(partSchema)]).nullish(),
  tool_calls: z
    .array(
      z.looseObject({
        id: z.string().min(1),
        type: z.literal('function'),
        function: z.looseObject({ name: z.string().min(1), arguments: z.string() }),
      }),
    )
    .nullish(),
  tool_call_id: z.string().optional(),
});

const bodySchema = z.looseObject({
  model: z.string().min(1).max(256),
  input: z.looseObject({ messages: z.array(messageSchema).min(1) }),
  parameters: z
    .looseObject({
      result_format: z.enum(['message', 'text']).optional(),
      incremental_output: z.boolean().optional(),
      max_tokens: z.number().int().positive().optional(),
      temperature: z.number().min(0).lt(2).optional(),
      top_p: z.number().gt(0).max(1).optional(),
      stop: z.union([z.string(), z.array(z.string())]).optional(),
      seed: z.number().int().min(0).optional(),
      tools: z
        .array(
          z.looseObject({
            type: z.literal('function'),
            function: z.looseObject({ name: z.string(), parameters: z.unknown().optional() }),
          }),
        )
        .optional(),
      tool_choice: z
        .union([
          z.enum(['auto', 'none'], NO_FORCED_CALL.message),
          z.looseObject({
            type: z.literal('function'),
            function: z.looseObject({ name: z.string() }),
          }),
        ])
        .optional(),
      parallel_tool_calls: z.boolean().optional(),
      response_format: z
        .looseObject({
          type: z.enum(['text', 'json_object', 'json_schema']),
          json_schema: z.looseObject({ schema: z.unknown().optional() }).optional(),
        })
        .optional(),
      enable_thinking: z.boolean().optional(),
      thinking_budget: z.number().int().positive().optional(),
    })
    .optional(),
});

type DashscopeBody = z.infer<typeof bodySchema>;
type Parameters = NonNullable<DashscopeBody['parameters']>;
type Message = DashscopeBody['input']['messages'][number];

export interface DashscopeTarget {
  readonly task: 'text-generation' | 'multimodal-generation';
  /** By the header `X-DashScope-SSE`: the body does not say. */
  readonly stream: boolean;
}

/** Reads a body of either generation path. */
export function parseDashscopeRequest(given: unknown, target: DashscopeTarget): ParseResult {
  const parsed = bodySchema.safeParse(given);
  if (!parsed.success) return refuse(z.prettifyError(parsed.error));
  const body = parsed.data;
  const refusal =
    refusalOfPath(body, target) ??
    refusalOfMessages(body.input.messages) ??
    refusalOfParameters(body) ??
    refusalOfThinking({
      model: body.model,
      isThinking: isThinking(body),
      stream: target.stream,
      isJson: jsonOf(body.parameters?.response_format) !== undefined,
      isForced: typeof body.parameters?.tool_choice === 'object',
    });
  if (refusal !== undefined) return { ok: false, refusal };
  return {
    ok: true,
    format: dashscopeFormatFor(optionsOf(body.parameters, target)),
    value: toRequest(body, target),
  };
}

function toRequest(body: DashscopeBody, { stream }: DashscopeTarget): SandboxRequest {
  const { messages } = body.input;
  const { tools = [], stop = [], ...parameters } = body.parameters ?? {};
  const lastUser = messages.findLast(({ role }) => role === 'user');
  return {
    model: body.model,
    stream,
    includeUsage: true,
    prompt: textOf(lastUser?.content),
    inputTokens: estimateInput(
      messages.map(({ content }) => textOf(content)),
      tools,
    ),
    tools: tools.map((tool) => ({
      name: tool.function.name,
      parameters: tool.function.parameters,
    })),
    toolChoice: toolChoiceOf(parameters.tool_choice),
    // Unlike everywhere else, one call at a time is the rule here.
    parallelToolCalls: parameters.parallel_tool_calls === true,
    hasToolResults: messages.at(-1)?.role === 'tool',
    json: jsonOf(parameters.response_format),
    maxTokens: parameters.max_tokens,
    stop: typeof stop === 'string' ? [stop] : stop,
    reasoning: isThinking(body) ? 'shown' : 'none',
    images: messages.flatMap(({ content }) => imagesOf(content)),
    reasoningReturned: messages.filter((message) => message['reasoning_content'] !== undefined)
      .length,
  };
}

function isThinking({ model, parameters }: DashscopeBody): boolean {
  return parameters?.enable_thinking ?? thinksByDefault(model);
}

function optionsOf(
  parameters: DashscopeBody['parameters'],
  { task }: DashscopeTarget,
): DashscopeOptions {
  return {
    isIncremental: parameters?.incremental_output === true,
    hasParts: task === 'multimodal-generation',
    hasChoices: task === 'multimodal-generation' || parameters?.result_format === 'message',
  };
}

/** Each path has its models and its form of content. */
function refusalOfPath({ model, input }: DashscopeBody, { task }: DashscopeTarget) {
  const isVision = /-(vl|omni|ocr)\b|^qvq/.test(model);
  const isTextOnly = /^qwen-(max|plus|turbo|flash)|^qwen3-max/.test(model);
  const isMultimodal = task === 'multimodal-generation';
  if (isMultimodal ? isTextOnly : isVision) return { message: 'url error, please check url!' };
  const hasList = input.messages.some(({ content }) => Array.isArray(content));
  return hasList && !isMultimodal
    ? { message: 'Input should be a valid string: input.messages.content' }
    : undefined;
}

function refusalOfMessages(messages: readonly Message[]): Refusal | undefined {
  const calls = messages.flatMap((message) => message.tool_calls ?? []);
  if (!calls.every((call) => isJson(call.function.arguments)))
    return {
      message: 'The "function.arguments" parameter of the code model must be in JSON format.',
    };
  const broken = findBrokenTurn(
    messages.map(({ role, tool_calls: made, tool_call_id: id }) => ({
      calls: (made ?? []).map((call) => call.id),
      results: role === 'tool' ? [id ?? ''] : [],
    })),
  );
  return broken === undefined
    ? undefined
    : {
        message: `An assistant message with "tool_calls" must be followed by tool messages responding to each "tool_call_id": ${broken.ids.join(', ')}.`,
      };
}

function refusalOfParameters({ input, parameters }: DashscopeBody): Refusal | undefined {
  if (parameters?.tools !== undefined && parameters.result_format !== 'message')
    return { message: 'When tools are given, result_format must be message.' };
  if (parameters?.response_format?.type !== 'json_object') return undefined;
  return input.messages.some(({ content }) => /json/i.test(textOf(content)))
    ? undefined
    : {
        message:
          "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
      };
}

function textOf(content: Message['content']): string {
  if (typeof content === 'string') return content;
  return (content ?? []).map((part) => ('text' in part ? part.text : '')).join('\n');
}

function imagesOf(content: Message['content']): string[] {
  if (!Array.isArray(content)) return [];
  return content.flatMap((part) => ('image' in part ? (imageOfUrl(part.image) ?? []) : []));
}

function toolChoiceOf(choice: Parameters['tool_choice']): SandboxRequest['toolChoice'] {
  return typeof choice === 'object' ? { name: choice.function.name } : (choice ?? 'auto');
}

function jsonOf(format: Parameters['response_format']): SandboxRequest['json'] {
  if (format?.type === 'json_schema') return { schema: format.json_schema?.schema };
  return format?.type === 'json_object' ? { schema: undefined } : undefined;
}
