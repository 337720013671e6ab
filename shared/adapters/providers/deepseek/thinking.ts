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
  /** Whether the reasoning of earlier answers must be repeated. */
  readonly isRepeated: boolean;
}

const OFF: Thinking = { thinking: { type: 'disabled' }, isRepeated: false };

/**
 * Thinking as the request allows it; there is no budget of tokens. A conversation with tool calls must repeat the
 * reasoning that they were made with, or it is refused. Where it is missing (another provider's call, or the client did
 * not keep it) the conversation goes on without thinking. Without tool calls, repeated reasoning would be ignored.
 */
export function planThinking({ messages, reasoning }: JobRequest): Thinking {
  const { effort, budgetTokens } = reasoning ?? {};
  const callers = messages.filter(
    (message) => message.role === 'assistant' && (message.toolCalls?.length ?? 0) > 0,
  );
  const isMissing = callers.some(
    (message) => message.role === 'assistant' && message.reasoning === undefined,
  );
  if (isMissing || effort === 'none' || budgetTokens === 0) return OFF;
  const isRepeated = callers.length > 0;
  if (effort === undefined && budgetTokens === undefined) return { isRepeated };
  return {
    thinking: { type: 'enabled' },
    effort: effort === undefined ? undefined : EFFORTS[effort],
    isRepeated,
  };
}
