import type { ContentPart, Message } from '../../../contracts/http/job-request.ts';
import { parseDataUrl, partsOf } from '../http/content.ts';
import { isRecord, parseJson } from '../http/json.ts';
import { thinkingBefore } from './thinking-blocks.ts';

type SpokenMessage = Exclude<Message, { role: 'system' }>;
type AssistantMessage = Extract<Message, { role: 'assistant' }>;

interface Turn {
  readonly role: 'user' | 'assistant';
  readonly content: unknown[];
}

/**
 * The conversation without its system prompts, which go elsewhere. Neighbours of one role become one turn: all tool
 * results of a turn must stand in one message, before any text of the user. An answer that is to be continued goes without
 * its thinking: Anthropic refuses it in the last message.
 */
export function toTurns(messages: readonly Message[], givesThinkingBack: boolean): Turn[] {
  const turns: Turn[] = [];
  for (const [index, message] of messages.entries()) {
    if (message.role === 'system') continue;
    const role = message.role === 'assistant' ? 'assistant' : 'user';
    const blocks = toBlocks(message, givesThinkingBack && index < messages.length - 1);
    const last = turns.at(-1);
    if (last?.role === role) last.content.push(...blocks);
    else if (blocks.length > 0) turns.push({ role, content: blocks });
  }
  return turns;
}

function toBlocks(message: SpokenMessage, withThinking: boolean): unknown[] {
  switch (message.role) {
    case 'user':
      return partsOf(message.content).map(toBlock);
    case 'tool':
      return [
        {
          type: 'tool_result',
          tool_use_id: toToolUseId(message.toolCallId),
          content: partsOf(message.content).map(toBlock),
        },
      ];
    case 'assistant':
      return toAssistantBlocks(message, withThinking);
  }
}

/** Thinking stands before what it led to; with nothing after it, it is refused. */
function toAssistantBlocks(message: AssistantMessage, withThinking: boolean): unknown[] {
  const details = withThinking ? message.reasoningDetails : undefined;
  const texts = partsOf(message.content).map(toBlock);
  const calls = (message.toolCalls ?? []).map((call) => ({
    type: 'tool_use',
    id: toToolUseId(call.id),
    name: call.name,
    input: toInput(call.arguments),
  }));
  if (texts.length + calls.length === 0) return [];
  return [
    ...thinkingBefore(details, 0),
    ...texts,
    ...calls.flatMap((call, index) =>
      index === 0 ? [call] : [...thinkingBefore(details, index), call],
    ),
  ];
}

/** Anthropic takes letters, digits, `_` and `-` only, and a conversation may bring ids that other providers made. */
function toToolUseId(id: string): string {
  return id.replace(/[^A-Za-z0-9_-]/g, '_');
}

/** Arguments must be an object here; text that is none is kept as one field of it. */
function toInput(argumentsText: string): unknown {
  if (argumentsText.trim() === '') return {};
  const parsed = parseJson(argumentsText);
  return isRecord(parsed) ? parsed : { arguments: argumentsText };
}

function toBlock(part: ContentPart): unknown {
  if (part.type === 'text') return { type: 'text', text: part.text };
  const inline = parseDataUrl(part.url);
  const source =
    inline === undefined
      ? { type: 'url', url: part.url }
      : { type: 'base64', media_type: inline.mediaType, data: inline.data };
  return { type: 'image', source };
}
