import type { JobRequest } from '../../../contracts/http/job-request.ts';

/** Efforts as token budgets for the 2.5 models, as Google's own OpenAI endpoint translates them. */
const BUDGETS = {
  none: 0,
  minimal: 1_024,
  low: 1_024,
  medium: 8_192,
  high: 24_576,
  max: 24_576,
} as const;

/** Efforts as levels for the models from 3 on, which cannot be told not to think. */
const LEVELS = {
  none: 'MINIMAL',
  minimal: 'MINIMAL',
  low: 'LOW',
  medium: 'MEDIUM',
  high: 'HIGH',
  max: 'HIGH',
} as const;

/** The `thinkingConfig`; undefined leaves the model its default. A budget outranks an effort. */
export function toThinkingConfig(
  reasoning: JobRequest['reasoning'],
  requestModel: string,
): Record<string, unknown> | undefined {
  const { effort, budgetTokens } = reasoning ?? {};
  if (budgetTokens !== undefined) {
    return { includeThoughts: budgetTokens > 0, thinkingBudget: budgetTokens };
  }
  if (effort === undefined) return undefined;
  const includeThoughts = effort !== 'none';
  return /gemini-2\./.test(requestModel)
    ? { includeThoughts, thinkingBudget: BUDGETS[effort] }
    : { includeThoughts, thinkingLevel: LEVELS[effort] };
}
