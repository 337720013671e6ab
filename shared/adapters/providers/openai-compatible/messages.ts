import type { ContentPart, Message } from '../../../contracts/http/job-request.ts';
import { partsOf, textOf } from '../http/content.ts';

/**
 * The conversation as chat messages. Results of tools are text only here, so images in them follow as one message of
 * the user, after all the results of the turn, which must stand together.
 */
export function toChatMessages(messages: readonly Message[]): unknown[] {
  const chat: unknown[] = [];
  let toolImages: ContentPart[] = [];
  for (const message of messages) {
    if (message.role !== 'tool') {
      if (toolImages.length > 0) chat.push({ role: 'user', content: toolImages.map(toChatPart) });
      toolImages = [];
    } else {
      toolImages.push(...partsOf(message.content).filter((part) => part.type === 'image'));
    }
    chat.push(toChatMessage(message));
  }
  if (toolImages.length > 0) chat.push({ role: 'user', content: toolImages.map(toChatPart) });
  return chat;
}

function toChatMessage(message: Message): unknown {
  switch (message.role) {
    case 'system':
      return { role: 'system', content: textOf(message.content) };
    case 'user':
      return { role: 'user', content: toChatContent(message.content) };
    case 'tool':
      return { role: 'tool', tool_call_id: message.toolCallId, content: textOf(message.content) };
    case 'assistant':
      return {
        role: 'assistant',
        // null where there are only calls: some servers refuse a message without the field.
        content: message.content === undefined ? null : textOf(message.content),
        tool_calls: message.toolCalls?.length ? message.toolCalls.map(toChatToolCall) : undefined,
      };
  }
}

function toChatToolCall(call: { id: string; name: string; arguments: string }): unknown {
  return {
    id: call.id,
    type: 'function',
    function: { name: call.name, arguments: call.arguments === '' ? '{}' : call.arguments },
  };
}

function toChatContent(content: string | readonly ContentPart[]): unknown {
  return typeof content === 'string' ? content : content.map(toChatPart);
}

/** One part of a content. */
export function toChatPart(part: ContentPart): unknown {
  return part.type === 'text'
    ? { type: 'text', text: part.text }
    : { type: 'image_url', image_url: { url: part.url, detail: part.detail } };
}
