import type { JobRequest, Tool } from '../../../contracts/http/job-request.ts';
import type { ProviderCall } from '../../../ports/provider.ts';
import { systemText } from '../http/content.ts';
import { stopSequencesOf } from '../http/request-facts.ts';
import { toTurns } from './messages.ts';
import { planThinking } from './thinking.ts';

/** The bound of an answer that nobody bounded, tokens: the field is required, and every model allows this much. */
const DEFAULT_MAX_TOKENS = 4_096;

/** Anthropic has no JSON mode without a schema; asking is what it documents. */
const JSON_INSTRUCTION =
  'Answer with one JSON value and nothing else: no explanation, no code fence.';

/** The body of `POST /messages`. Fields that are undefined are not sent. */
export function toMessagesRequest(call: ProviderCall): Record<string, unknown> {
  const { request } = call;
  const maxTokens = request.maxTokens ?? call.maxOutputTokens ?? defaultMaxTokens(request);
  const { thinking, effort, isOn, givesBack } = planThinking(request, maxTokens);
  const stopSequences = stopSequencesOf(request);
  const hasTools = request.tools !== undefined && request.tools.length > 0;
  return {
    model: call.requestModel,
    max_tokens: maxTokens,
    system: toSystem(request),
    messages: toTurns(request.messages, givesBack),
    stream: call.stream,
    // While the model thinks there is only the default of both.
    ...(isOn ? {} : toSampling(request)),
    stop_sequences: stopSequences.length > 0 ? stopSequences : undefined,
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

/** The bound covers the reasoning too, so an answer without one gets its budget on top. */
function defaultMaxTokens({ reasoning }: JobRequest): number {
  return DEFAULT_MAX_TOKENS + (reasoning?.budgetTokens ?? 0);
}

/** Current models refuse one beside the other. 1 is the default of both, so the one that says something goes. */
function toSampling({ temperature, topP }: JobRequest): Readonly<Record<string, unknown>> {
  if (topP === undefined || (topP === 1 && temperature !== undefined)) return { temperature };
  return { temperature: temperature === 1 ? undefined : temperature, top_p: topP };
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
