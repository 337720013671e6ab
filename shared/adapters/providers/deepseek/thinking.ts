import type { JobRequest } from '../../../contracts/http/job-request.ts';

/** DeepSeek knows three efforts. */
const EFFORTS = {
  none: undefined,
  minimal: 'low',
  low: 'low',
  medium: 'high',
  high: 'high',
  max: 'max',
} as const;

/** What a request says about thinking, in DeepSeek's fields. */
export interface Thinking {
  /** The `thinking` field. Undefined: the server's default, which is on. */
  readonly thinking?: { readonly type: 'enabled' | 'disabled' } | undefined;
  /** The `reasoning_effort` field. */
  readonly effort?: string | undefined;
}

const OFF: Thinking = { thinking: { type: 'disabled' } };

/**
 * Thinking as the request allows it; there is no budget of tokens. A conversation with tool calls must repeat the
 * `reasoning_content` they were made with, which a job request cannot carry, so it goes on without thinking.
 */
export function planThinking({ messages, reasoning }: JobRequest): Thinking {
  const { effort, budgetTokens } = reasoning ?? {};
  const hasCalls = messages.some(
    (message) => message.role === 'assistant' && (message.toolCalls?.length ?? 0) > 0,
  );
  if (hasCalls || effort === 'none' || budgetTokens === 0) return OFF;
  if (effort === undefined && budgetTokens === undefined) return {};
  return {
    thinking: { type: 'enabled' },
    effort: effort === undefined ? undefined : EFFORTS[effort],
  };
}
