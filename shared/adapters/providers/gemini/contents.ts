import type { ContentPart, Message } from '../../../contracts/http/job-request.ts';
import { parseDataUrl, partsOf, textOf } from '../http/content.ts';
import { isRecord, parseJson } from '../http/json.ts';

interface Content {
  readonly role: 'user' | 'model';
  readonly parts: unknown[];
}

/**
 * Gemini 3 refuses a repeated call without the signature it was made with, which a job request cannot carry. Google
 * documents this word for calls that come from elsewhere.
 */
const FOREIGN_SIGNATURE = 'skip_thought_signature_validator';

/** The conversation without its system prompts. Results go back by name and order, all of a turn in one content. */
export function toContents(messages: readonly Message[], requestModel: string): Content[] {
  const signature = /(^|\/)gemini-3([.-]|$)/.test(requestModel) ? FOREIGN_SIGNATURE : undefined;
  const contents: Content[] = [];
  const callNames = new Map<string, string>();
  for (const message of messages) {
    if (message.role === 'system') continue;
    if (message.role === 'assistant') {
      for (const call of message.toolCalls ?? []) callNames.set(call.id, call.name);
    }
    const role = message.role === 'assistant' ? 'model' : 'user';
    const parts = toParts(message, { callNames, signature });
    const last = contents.at(-1);
    if (last?.role === role) last.parts.push(...parts);
    else if (parts.length > 0) contents.push({ role, parts });
  }
  return contents;
}

interface Conversation {
  readonly callNames: ReadonlyMap<string, string>;
  readonly signature: string | undefined;
}

function toParts(
  message: Exclude<Message, { role: 'system' }>,
  { callNames, signature }: Conversation,
): unknown[] {
  switch (message.role) {
    case 'user':
      return partsOf(message.content).map(toPart);
    case 'tool':
      return [
        {
          functionResponse: {
            name: callNames.get(message.toolCallId) ?? message.toolCallId,
            response: toObject(textOf(message.content), 'result'),
          },
        },
        ...partsOf(message.content)
          .filter((part) => part.type === 'image')
          .map(toPart),
      ];
    case 'assistant':
      return [
        ...partsOf(message.content).map(toPart),
        ...(message.toolCalls ?? []).map((call) => ({
          functionCall: { name: call.name, args: toObject(call.arguments, 'arguments') },
          thoughtSignature: signature,
        })),
      ];
  }
}

/** Arguments and results must be objects; text that is none becomes the one field of one. */
function toObject(text: string, field: string): unknown {
  if (text.trim() === '') return {};
  const parsed = parseJson(text);
  return isRecord(parsed) ? parsed : { [field]: text };
}

function toPart(part: ContentPart): unknown {
  if (part.type === 'text') return { text: part.text };
  const inline = parseDataUrl(part.url);
  return inline === undefined
    ? { fileData: { fileUri: part.url } }
    : { inlineData: { mimeType: inline.mediaType, data: inline.data } };
}
