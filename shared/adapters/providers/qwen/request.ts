import type { ProviderCall } from '../../../ports/provider.ts';
import { COMPATIBLE_REQUESTS, toChatRequest } from '../openai-compatible/request.ts';
import { planThinking } from './thinking.ts';

/** The body of `POST /chat/completions` in Qwen's compatible mode. */
export function toQwenRequest(call: ProviderCall): Record<string, unknown> {
  const { isOn, budgetTokens } = planThinking(call);
  return {
    ...toChatRequest(call, COMPATIBLE_REQUESTS),
    reasoning_effort: undefined,
    enable_thinking: isOn,
    thinking_budget: budgetTokens,
  };
}
