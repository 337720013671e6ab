import type { JobRequest, Message } from '../../../contracts/http/job-request.ts';
import { thinkingBefore } from './thinking-blocks.ts';

/** Smallest thinking budget that Anthropic takes, tokens. */
export const MIN_BUDGET_TOKENS = 1_024;

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
  /**
   * Whether the thinking of earlier answers goes back: a turn that goes on without thinking must not contain any. What
   * the API does not need of it, it leaves out itself.
   */
  readonly givesBack: boolean;
}

/** Nothing was asked for. Current models think then, and get their thinking back. */
const UNSET: Thinking = { isOn: false, givesBack: true };
/** Something was asked for that cannot be. */
const WITHOUT: Thinking = { isOn: false, givesBack: false };
const OFF: Thinking = { thinking: { type: 'disabled' }, isOn: false, givesBack: false };

/**
 * Thinking as the request allows it: a token budget for models that take one, which outranks an effort. A forced tool
 * excludes it, and so does a budget that the answer's own bound leaves no room for.
 */
export function planThinking(request: JobRequest, maxTokens: number): Thinking {
  const { effort, budgetTokens } = request.reasoning ?? {};
  if (effort === 'none' || budgetTokens === 0) return OFF;
  if (request.toolChoice === 'required' || typeof request.toolChoice === 'object') return WITHOUT;
  if (effort === undefined && budgetTokens === undefined) return UNSET;
  if (budgetTokens !== undefined) return withBudget(request, budgetTokens, maxTokens);
  return {
    thinking: { type: 'adaptive', display: 'summarized' },
    effort: effort === undefined ? undefined : EFFORTS[effort],
    isOn: true,
    givesBack: true,
  };
}

/**
 * With a budget, the answer whose calls are being worked on must have started with thinking, and is refused where that is
 * missing (it was another provider's, or the client did not keep it): it then goes on without. An effort has no such rule.
 */
function withBudget(request: JobRequest, wantedTokens: number, maxTokens: number): Thinking {
  const budgetTokens = Math.min(wantedTokens, maxTokens - 1);
  if (budgetTokens < MIN_BUDGET_TOKENS || isMissingThinking(request.messages)) return WITHOUT;
  return {
    thinking: { type: 'enabled', budget_tokens: budgetTokens },
    isOn: true,
    givesBack: true,
  };
}

/**
 * Whether tools are being worked on for an answer that did not start with signed thinking. Calls after results belong to
 * the same answer, so the first of them counts: older models think once, before it, and not between calls.
 */
export function isMissingThinking(messages: readonly Message[]): boolean {
  let hasResults = false;
  let isMissing = false;
  for (const message of messages.toReversed()) {
    if (message.role === 'tool') hasResults = true;
    if (message.role !== 'assistant') continue;
    if (!hasResults) return isMissing;
    isMissing = thinkingBefore(message.reasoningDetails, 0).length === 0;
    hasResults = false;
  }
  return isMissing || hasResults;
}
