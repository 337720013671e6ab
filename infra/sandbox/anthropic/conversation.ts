import { isSeal, isSealOf } from '../seal.ts';
import { findBrokenTurn } from '../tool-turns.ts';
import type { Refusal } from '../wire.ts';
import type { AnthropicBody, AnthropicMessage } from './body.ts';

/** What the real API refuses about a conversation: its order, its tool turns, its signed thinking. */
export function refusalOfConversation(body: AnthropicBody): Refusal | undefined {
  const { messages } = body;
  if (messages.find(({ role }) => role !== 'system')?.role !== 'user')
    return { message: 'messages: first message must use the "user" role' };
  const empty = messages.findIndex(({ content }) => content.length === 0);
  if (empty >= 0)
    return { message: `messages.${String(empty)}: all messages must have non-empty content` };
  return refusalOfToolTurns(messages) ?? refusalOfSignatures(messages) ?? refusalOfThinking(body);
}

function refusalOfToolTurns(messages: readonly AnthropicMessage[]): Refusal | undefined {
  const late = messages.findIndex(({ content }) => hasLateResult(content));
  if (late >= 0)
    return {
      message: `messages.${String(late)}: \`tool_result\` blocks must come before all other content`,
    };
  const broken = findBrokenTurn(
    messages.map(({ content }) => ({
      calls: blocksOf(content).flatMap((block) => (block.type === 'tool_use' ? block.id : [])),
      results: blocksOf(content).flatMap((block) =>
        block.type === 'tool_result' ? block.tool_use_id : [],
      ),
    })),
  );
  if (broken === undefined) return undefined;
  const ids = broken.ids.join(', ');
  return {
    message:
      broken.kind === 'orphan'
        ? `messages.${String(broken.index)}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${ids}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`
        : `messages.${String(broken.index - 1)}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${ids}.`,
  };
}

function hasLateResult(content: AnthropicMessage['content']): boolean {
  const types = blocksOf(content).map(({ type }) => type);
  const first = types.findIndex((type) => type !== 'tool_result');
  return first >= 0 && types.indexOf('tool_result', first) >= 0;
}

/** A block that was changed on its way no longer fits its signature. */
function refusalOfSignatures(messages: readonly AnthropicMessage[]): Refusal | undefined {
  for (const [index, { content }] of messages.entries()) {
    for (const [place, block] of blocksOf(content).entries()) {
      const at = `messages.${String(index)}.content.${String(place)}`;
      if (block.type === 'thinking' && !isSealOf(block.signature, block.thinking))
        return { message: `${at}: Invalid \`signature\` in \`thinking\` block` };
      if (block.type === 'redacted_thinking' && !isSeal(block.data))
        return { message: `${at}: Invalid \`data\` in \`redacted_thinking\` block` };
    }
  }
  return undefined;
}

/**
 * Thinking with a budget wants the turn that called tools to begin with what was thought; adaptive thinking takes a turn
 * without it.
 */
function refusalOfThinking({ thinking, messages }: AnthropicBody): Refusal | undefined {
  if (thinking?.type !== 'enabled') return undefined;
  const isOpenTurn = blocksOf(messages.at(-1)?.content ?? '').some(
    ({ type }) => type === 'tool_result',
  );
  if (!isOpenTurn) return undefined;
  const index = messages.findLastIndex(({ role }) => role === 'assistant');
  const first = blocksOf(messages[index]?.content ?? '')[0]?.type ?? 'text';
  if (first === 'thinking' || first === 'redacted_thinking') return undefined;
  return {
    message: `messages.${String(index)}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${first}\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block (preceding the lastmost set of \`tool_use\` and \`tool_result\` blocks).`,
  };
}

function blocksOf(content: AnthropicMessage['content']) {
  return typeof content === 'string' ? [] : content;
}
