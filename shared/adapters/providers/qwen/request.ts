import type { ProviderCall } from '../../../ports/provider.ts';
import { allowsParallel, toTemperature, toThinkingFields, toToolChoice } from '../model-studio.ts';
import { COMPATIBLE_REQUESTS, toChatRequest } from '../openai-compatible/request.ts';

/** The body of `POST /chat/completions` in Qwen's compatible mode. */
export function toQwenRequest(call: ProviderCall): Record<string, unknown> {
  const body = toChatRequest(call, COMPATIBLE_REQUESTS);
  return {
    ...body,
    temperature: toTemperature(call.request),
    tool_choice: body['tools'] === undefined ? undefined : toToolChoice(call.request),
    parallel_tool_calls: body['tools'] === undefined ? undefined : allowsParallel(call.request),
    reasoning_effort: undefined,
    ...toThinkingFields(call),
  };
}
