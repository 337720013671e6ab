import type { ReasoningBlock, ReasoningDetail } from '../../../contracts/reasoning-detail.ts';

const FORMAT = 'anthropic-claude-v1';

/** The place of an answer's thinking block: the `index`-th one, with `toolCallCount` calls before it. */
export function thinkingPlace(index: number, toolCallCount: number): ReasoningBlock {
  return {
    index,
    format: FORMAT,
    ...(toolCallCount === 0 ? {} : { position: toolCallCount }),
  };
}

/**
 * The blocks that go back before the call of that number, unchanged: Anthropic checks their signatures, so what has none,
 * or comes from another provider, stays out.
 */
export function thinkingBefore(
  details: readonly ReasoningDetail[] | undefined,
  callNumber: number,
): unknown[] {
  if (details === undefined) return [];
  return details
    .filter(({ format, position = 0 }) => format === FORMAT && position === callNumber)
    .flatMap(toBlock);
}

function toBlock(detail: ReasoningDetail): unknown[] {
  if (detail.type === 'reasoning.encrypted') {
    return [{ type: 'redacted_thinking', data: detail.data }];
  }
  const { text, signature } = detail;
  return signature === undefined ? [] : [{ type: 'thinking', thinking: text, signature }];
}
