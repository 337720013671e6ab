import type { JobRequest, Message } from '../../../contracts/http/job-request.ts';
import { setsSampling } from '../http/request-facts.ts';

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
export function planThinking(request: JobRequest): Thinking {
  const { effort, budgetTokens } = request.reasoning ?? {};
  if (isMissingReasoning(request) || effort === 'none' || budgetTokens === 0) return OFF;
  const isRepeated = callers(request).length > 0;
  if (effort === undefined && budgetTokens === undefined) {
    // Temperature and top-p are ignored while the model thinks. They were asked for, and thinking was not.
    return setsSampling(request) ? OFF : { isRepeated };
  }
  return {
    thinking: { type: 'enabled' },
    effort: effort === undefined ? undefined : EFFORTS[effort],
    isRepeated,
  };
}

/** Whether some answer that called tools came without the reasoning that it was made with. */
export function isMissingReasoning(request: JobRequest): boolean {
  return callers(request).some(({ reasoning }) => reasoning === undefined);
}

type AssistantMessage = Extract<Message, { role: 'assistant' }>;

/** The answers that called tools. */
function callers({ messages }: JobRequest): AssistantMessage[] {
  return messages.flatMap((message) =>
    message.role === 'assistant' && (message.toolCalls?.length ?? 0) > 0 ? [message] : [],
  );
}
