import type { Tool } from '../../../contracts/http/job-request.ts';
import type { ProviderCall } from '../../../ports/provider.ts';
import { stopSequencesOf } from '../http/request-facts.ts';
import { allowsParallel, toTemperature, toThinkingFields, toToolChoice } from '../model-studio.ts';
import { toResponseFormat } from '../openai-compatible/request.ts';
import { toGenerationMessages } from './messages.ts';
import { isMultimodal } from './multimodal.ts';

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
      temperature: toTemperature(request),
      top_p: request.topP,
      stop: stopSequencesOf(request).length > 0 ? request.stop : undefined,
      seed: request.seed,
      tools: hasTools ? request.tools?.map(toTool) : undefined,
      tool_choice: hasTools ? toToolChoice(request) : undefined,
      parallel_tool_calls: hasTools ? allowsParallel(request) : undefined,
      response_format: toResponseFormat(request.responseFormat),
      ...toThinkingFields(call),
    },
  };
}

function toTool({ name, description, parameters }: Tool): unknown {
  return { type: 'function', function: { name, description, parameters } };
}
