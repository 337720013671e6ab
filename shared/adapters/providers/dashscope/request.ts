import type { Tool } from '../../../contracts/http/job-request.ts';
import type { ProviderCall } from '../../../ports/provider.ts';
import { toChatToolChoice, toResponseFormat } from '../openai-compatible/request.ts';
import { toGenerationMessages } from './messages.ts';
import { isMultimodal } from './multimodal.ts';

/** Temperatures end below 2 here. */
const MAX_TEMPERATURE = 1.99;

/** The body of both generation paths. Fields that are undefined are not sent. */
export function toGenerationRequest(call: ProviderCall): Record<string, unknown> {
  const { request, stream } = call;
  const hasTools = request.tools !== undefined && request.tools.length > 0;
  return {
    model: call.requestModel,
    input: { messages: toGenerationMessages(request.messages, isMultimodal(call)) },
    parameters: {
      result_format: 'message',
      // Without it every event repeats the whole text.
      incremental_output: stream ? true : undefined,
      max_tokens: request.maxTokens ?? call.maxOutputTokens,
      temperature:
        request.temperature === undefined
          ? undefined
          : Math.min(request.temperature, MAX_TEMPERATURE),
      top_p: request.topP,
      stop: request.stop,
      seed: request.seed,
      tools: hasTools ? request.tools?.map(toTool) : undefined,
      tool_choice: hasTools ? toChatToolChoice(request.toolChoice) : undefined,
      parallel_tool_calls: hasTools ? request.parallelToolCalls : undefined,
      response_format: toResponseFormat(request.responseFormat),
      ...toThinking(call),
    },
  };
}

function toTool({ name, description, parameters }: Tool): unknown {
  return { type: 'function', function: { name, description, parameters } };
}

/** Open models think by default and then refuse a call without streaming, so there thinking is off unless asked for. */
function toThinking({ request, stream }: ProviderCall): Readonly<Record<string, unknown>> {
  const { effort, budgetTokens } = request.reasoning ?? {};
  if (effort === undefined && budgetTokens === undefined) {
    return stream ? {} : { enable_thinking: false };
  }
  if (effort === 'none' || budgetTokens === 0) return { enable_thinking: false };
  return { enable_thinking: true, thinking_budget: budgetTokens };
}
