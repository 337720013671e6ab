import type { JobRequest, Tool } from '../../../contracts/http/job-request.ts';
import type { ProviderCall } from '../../../ports/provider.ts';
import { systemText } from '../http/content.ts';
import { toTurns } from './messages.ts';
import { planThinking } from './thinking.ts';

/** The bound of an answer that nobody bounded, tokens: the field is required, and every model allows this much. */
const DEFAULT_MAX_TOKENS = 4_096;

/** Anthropic has no plain JSON mode; asking is what there is. */
const JSON_INSTRUCTION =
  'Answer with one JSON value and nothing else: no explanation, no code fence.';

/** The body of `POST /messages`. Fields that are undefined are not sent. There is no seed. */
export function toMessagesRequest(call: ProviderCall): Record<string, unknown> {
  const { request } = call;
  const maxTokens = request.maxTokens ?? call.maxOutputTokens ?? DEFAULT_MAX_TOKENS;
  const { thinking, effort, isOn } = planThinking(request, maxTokens);
  const hasTools = request.tools !== undefined && request.tools.length > 0;
  return {
    model: call.requestModel,
    max_tokens: maxTokens,
    system: toSystem(request),
    messages: toTurns(request.messages),
    stream: call.stream,
    ...(isOn ? {} : toSampling(request)),
    stop_sequences: typeof request.stop === 'string' ? [request.stop] : request.stop,
    tools: hasTools ? request.tools?.map(toTool) : undefined,
    tool_choice: hasTools ? toToolChoice(request) : undefined,
    thinking,
    output_config: toOutputConfig(request, effort),
  };
}

function toSystem(request: JobRequest): string | undefined {
  const json = request.responseFormat?.type === 'json' ? JSON_INSTRUCTION : '';
  const text = [systemText(request.messages), json].filter((part) => part !== '').join('\n\n');
  return text === '' ? undefined : text;
}

/** Temperatures end at 1 here, and current models refuse `top_p` beside a temperature. */
function toSampling(request: JobRequest): Readonly<Record<string, unknown>> {
  if (request.temperature !== undefined) return { temperature: Math.min(request.temperature, 1) };
  return { top_p: request.topP };
}

function toTool(tool: Tool): unknown {
  return {
    name: tool.name,
    description: tool.description,
    input_schema: tool.parameters ?? { type: 'object', properties: {} },
    strict: tool.strict,
  };
}

const CHOICE_TYPES = { auto: 'auto', none: 'none', required: 'any' } as const;

function toToolChoice({ toolChoice, parallelToolCalls }: JobRequest): unknown {
  if (toolChoice === undefined && parallelToolCalls !== false) return undefined;
  if (toolChoice === 'none') return { type: 'none' };
  const single = parallelToolCalls === false ? { disable_parallel_tool_use: true } : {};
  if (typeof toolChoice === 'object') return { type: 'tool', name: toolChoice.name, ...single };
  return { type: CHOICE_TYPES[toolChoice ?? 'auto'], ...single };
}

function toOutputConfig(request: JobRequest, effort: string | undefined): unknown {
  const format =
    request.responseFormat?.type === 'json_schema'
      ? { type: 'json_schema', schema: request.responseFormat.schema }
      : undefined;
  return effort === undefined && format === undefined ? undefined : { effort, format };
}
