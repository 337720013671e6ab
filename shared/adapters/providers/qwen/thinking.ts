import type { ProviderCall } from '../../../ports/provider.ts';

/** Efforts as token budgets; at `max` the model's own bound holds. */
const BUDGETS = {
  minimal: 1_024,
  low: 1_024,
  medium: 8_192,
  high: 24_576,
  max: undefined,
} as const;

/** What a call says about thinking. */
export interface Thinking {
  /** The `enable_thinking` field. Undefined: the model's own default. */
  readonly isOn?: boolean | undefined;
  /** The `thinking_budget` field. */
  readonly budgetTokens?: number | undefined;
}

const OFF: Thinking = { isOn: false };

/**
 * Thinking as the call allows it. Models that think by default refuse a call without a stream unless it is switched
 * off, and answers bound to JSON exclude it, so there it is off whatever was asked. A budget outranks an effort.
 */
export function planThinking({ request, stream }: ProviderCall): Thinking {
  const { effort, budgetTokens } = request.reasoning ?? {};
  const isBoundToJson =
    request.responseFormat !== undefined && request.responseFormat.type !== 'text';
  if (!stream || isBoundToJson || effort === 'none' || budgetTokens === 0) return OFF;
  if (budgetTokens !== undefined) return { isOn: true, budgetTokens };
  return effort === undefined ? {} : { isOn: true, budgetTokens: BUDGETS[effort] };
}
