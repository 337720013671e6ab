import type { ContentPart, Message } from '../../../contracts/http/job-request.ts';
import { partsOf, textOf } from '../http/content.ts';

/**
 * The conversation as either path takes it: content is text on the one and a list of parts on the other. Results of
 * tools are text only, so images in them follow as one message of the user, after all the results of the turn.
 */
export function toGenerationMessages(messages: readonly Message[], hasParts: boolean): unknown[] {
  return messages.flatMap((message, index) => {
    const images =
      messages[index + 1]?.role === 'tool' ? [] : toolImagesBefore(messages, index + 1);
    const own = toGenerationMessage(message, hasParts);
    return images.length > 0 ? [own, { role: 'user', content: images.map(toPart) }] : [own];
  });
}

/** The images of the run of results that ends before `end`. */
function toolImagesBefore(messages: readonly Message[], end: number): ContentPart[] {
  const start = messages.findLastIndex(({ role }, index) => index < end && role !== 'tool') + 1;
  return messages
    .slice(start, end)
    .flatMap(({ content }) => partsOf(content).filter((part) => part.type === 'image'));
}

function toGenerationMessage(message: Message, hasParts: boolean): unknown {
  const content = toContent(message, hasParts);
  switch (message.role) {
    case 'system':
    case 'user':
      return { role: message.role, content };
    case 'tool':
      return { role: 'tool', tool_call_id: message.toolCallId, content };
    case 'assistant':
      return {
        role: 'assistant',
        content,
        tool_calls: message.toolCalls?.length ? message.toolCalls.map(toToolCall) : undefined,
      };
  }
}

function toContent({ role, content }: Message, hasParts: boolean): unknown {
  if (!hasParts) return textOf(content);
  return partsOf(content)
    .filter((part) => part.type === 'text' || role === 'user')
    .map(toPart);
}

function toToolCall(call: { id: string; name: string; arguments: string }): unknown {
  return {
    id: call.id,
    type: 'function',
    function: { name: call.name, arguments: call.arguments === '' ? '{}' : call.arguments },
  };
}

/** Parts have no type here: their only field names it. */
function toPart(part: ContentPart): unknown {
  return part.type === 'text' ? { text: part.text } : { image: part.url };
}
