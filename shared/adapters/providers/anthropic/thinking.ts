import type { JobRequest } from '../../../contracts/http/job-request.ts';

/** Smallest thinking budget that Anthropic takes, tokens. */
const MIN_BUDGET_TOKENS = 1_024;

const EFFORTS = {
  none: undefined,
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  max: 'max',
} as const;

/** What a request says about thinking, in Anthropic's fields. */
export interface Thinking {
  /** The `thinking` field. Undefined: the model's own default. */
  readonly thinking?: Readonly<Record<string, unknown>> | undefined;
  /** For `output_config`. */
  readonly effort?: string | undefined;
  /** Sampling settings and forced tools are refused while the model thinks. */
  readonly isOn: boolean;
}

const UNSET: Thinking = { isOn: false };
const OFF: Thinking = { thinking: { type: 'disabled' }, isOn: false };

/**
 * Thinking as the request allows it: a token budget for models that take one, an effort for newer ones. A forced tool
 * excludes it, and so does a budget that the answer's own bound leaves no room for.
 */
export function planThinking(request: JobRequest, maxTokens: number): Thinking {
  const { effort, budgetTokens } = request.reasoning ?? {};
  if (effort === undefined && budgetTokens === undefined) return UNSET;
  if (effort === 'none' || budgetTokens === 0) return OFF;
  if (request.toolChoice === 'required' || typeof request.toolChoice === 'object') return UNSET;
  if (budgetTokens !== undefined) return withBudget(request, budgetTokens, maxTokens);
  return {
    thinking: { type: 'adaptive', display: 'summarized' },
    effort: effort === undefined ? undefined : EFFORTS[effort],
    isOn: true,
  };
}

/**
 * With a budget, the turn that called tools must start with its signed thinking block, which a job request cannot
 * carry; the turn after tool results therefore goes without.
 */
function withBudget(request: JobRequest, wantedTokens: number, maxTokens: number): Thinking {
  const budgetTokens = Math.min(Math.max(wantedTokens, MIN_BUDGET_TOKENS), maxTokens - 1);
  if (request.messages.at(-1)?.role === 'tool' || budgetTokens < MIN_BUDGET_TOKENS) return UNSET;
  return { thinking: { type: 'enabled', budget_tokens: budgetTokens }, isOn: true };
}
