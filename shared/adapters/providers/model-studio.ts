import type { JobRequest } from '../../contracts/http/job-request.ts';
import type { ProviderCall } from '../../ports/provider.ts';
import {
  asksForReasoning,
  forcesToolCall,
  hasStrictTools,
  isBoundToJson,
} from './http/request-facts.ts';
import { listUnsupported, misplacedImages } from './http/unsupported.ts';
import { toChatToolChoice } from './openai-compatible/request.ts';

/** What holds for Alibaba Cloud's Model Studio in both of its formats, the compatible and the native one. */

/** Efforts as token budgets; at `max` the model's own bound holds. */
const BUDGETS = {
  minimal: 1_024,
  low: 1_024,
  medium: 8_192,
  high: 24_576,
  max: undefined,
} as const;

/** Temperatures end just below 2: this is the nearest to it. */
const MAX_TEMPERATURE = 1.99;

/** Models that always think, and the omni family, answer in streams only. */
const THINKING_ONLY = /^(qwq|qvq)|-thinking/i;
const STREAM_ONLY = /^(qwq|qvq)|-thinking|omni/i;

/** Whether the call is refused without a stream: by its model, or because open models think in streams only. */
export function mustStream({ requestModel, request }: ProviderCall): boolean {
  return STREAM_ONLY.test(requestModel) || asksForReasoning(request);
}

/** The fields that say whether and how long the model thinks. */
export interface ThinkingFields {
  /** Undefined: the model's own default. */
  readonly enable_thinking?: boolean | undefined;
  /** Tokens. */
  readonly thinking_budget?: number | undefined;
}

/**
 * Thinking as the call asks for it; a budget outranks an effort. Models that think by default refuse a call without a
 * stream, an answer bound to JSON and a forced tool unless thinking is switched off, so there it is off unless asked for.
 */
export function toThinkingFields({ requestModel, request, stream }: ProviderCall): ThinkingFields {
  const { effort, budgetTokens } = request.reasoning ?? {};
  if (effort === 'none' || budgetTokens === 0) return { enable_thinking: false };
  if (budgetTokens !== undefined) return { enable_thinking: true, thinking_budget: budgetTokens };
  if (effort !== undefined) return { enable_thinking: true, thinking_budget: BUDGETS[effort] };
  if (THINKING_ONLY.test(requestModel)) return {};
  const excludesThinking = !stream || isBoundToJson(request) || forcesToolCall(request);
  return excludesThinking ? { enable_thinking: false } : {};
}

/** The temperature, within the range that ends just below 2. */
export function toTemperature({ temperature }: JobRequest): number | undefined {
  return temperature === undefined ? undefined : Math.min(temperature, MAX_TEMPERATURE);
}

/** A call of any tool cannot be forced, one of a named tool can; where there is one tool, both are the same. */
export function toToolChoice({ tools = [], toolChoice }: JobRequest): unknown {
  const [only, ...others] = tools;
  const isOnly = toolChoice === 'required' && only !== undefined && others.length === 0;
  return toChatToolChoice(isOnly ? { name: only.name } : toolChoice);
}

/** Several calls at once are the rule everywhere; here they must be asked for. */
export function allowsParallel({ parallelToolCalls = true }: JobRequest): boolean {
  return parallelToolCalls;
}

/** What Model Studio has no field for, or refuses. */
export function unsupportedByModelStudio(request: JobRequest): string | undefined {
  const isReasoning = asksForReasoning(request);
  const { tools = [], toolChoice } = request;
  return listUnsupported({
    ...misplacedImages(request),
    'a forced call of any tool': toolChoice === 'required' && tools.length > 1,
    'strict tools': hasStrictTools(request),
    'reasoning in a JSON answer': isReasoning && isBoundToJson(request),
    'a forced tool call with reasoning': isReasoning && forcesToolCall(request),
  });
}
