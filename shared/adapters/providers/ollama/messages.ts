import type { ContentPart, Message } from '../../../contracts/http/job-request.ts';
import { parseDataUrl, partsOf, textOf } from '../http/content.ts';
import { isRecord, parseJson } from '../http/json.ts';

/** The conversation as Ollama has it: text beside a list of images, arguments as objects, results by name and id. */
export function toOllamaMessages(messages: readonly Message[]): unknown[] {
  const callNames = new Map<string, string>();
  return messages.map((message) => {
    if (message.role === 'assistant') {
      for (const call of message.toolCalls ?? []) callNames.set(call.id, call.name);
    }
    return toOllamaMessage(message, callNames);
  });
}

function toOllamaMessage(message: Message, callNames: ReadonlyMap<string, string>): unknown {
  const content = textOf(message.content ?? '');
  switch (message.role) {
    case 'system':
      return { role: 'system', content };
    case 'user':
      return { role: 'user', content, images: toImages(message.content) };
    case 'tool':
      return {
        role: 'tool',
        content,
        images: toImages(message.content),
        tool_name: callNames.get(message.toolCallId) ?? message.toolCallId,
        tool_call_id: message.toolCallId,
      };
    case 'assistant':
      return {
        role: 'assistant',
        content,
        tool_calls: message.toolCalls?.length ? message.toolCalls.map(toToolCall) : undefined,
      };
  }
}

/** Images must be base64; a request with any other is not sent here. */
function toImages(content: string | readonly ContentPart[]): string[] | undefined {
  const images = partsOf(content).flatMap((part) =>
    part.type === 'image' ? [parseDataUrl(part.url)?.data ?? part.url] : [],
  );
  return images.length > 0 ? images : undefined;
}

function toToolCall(call: { id: string; name: string; arguments: string }): unknown {
  return { id: call.id, function: { name: call.name, arguments: toArguments(call.arguments) } };
}

/** Arguments must be an object here; text that is none is kept as one field of it. */
function toArguments(argumentsText: string): unknown {
  if (argumentsText.trim() === '') return {};
  const parsed = parseJson(argumentsText);
  return isRecord(parsed) ? parsed : { arguments: argumentsText };
}
