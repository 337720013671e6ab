import type { ContentPart, Message } from '../../../contracts/http/job-request.ts';
import { parseDataUrl, partsOf, textOf } from '../http/content.ts';
import { isRecord, parseJson } from '../http/json.ts';
import { imageTypeOf } from './image-type.ts';
import { readSignatures } from './signatures.ts';

type AssistantMessage = Extract<Message, { role: 'assistant' }>;

interface Content {
  readonly role: 'user' | 'model';
  readonly parts: unknown[];
}

/**
 * From Gemini 3 on, a repeated call is refused without the signature it was made with. Google documents this word for
 * calls that come from elsewhere.
 */
const FOREIGN_SIGNATURE = 'skip_thought_signature_validator';

/** The models that check signatures. The names that follow the newest model have been theirs since Gemini 3. */
const CHECKS_SIGNATURES = /(^|\/)gemini-([3-9]|[1-9]\d)([.-]|$)|(^|\/)gemini-.*latest$/;

/** The conversation without its system prompts. Results go back by name and order, all of a turn in one content. */
export function toContents(messages: readonly Message[], requestModel: string): Content[] {
  const foreignSignature = CHECKS_SIGNATURES.test(requestModel) ? FOREIGN_SIGNATURE : undefined;
  const contents: Content[] = [];
  const callNames = new Map<string, string>();
  for (const message of messages) {
    if (message.role === 'system') continue;
    if (message.role === 'assistant') {
      for (const call of message.toolCalls ?? []) callNames.set(call.id, call.name);
    }
    const role = message.role === 'assistant' ? 'model' : 'user';
    const parts = toParts(message, { callNames, foreignSignature });
    const last = contents.at(-1);
    if (last?.role === role) last.parts.push(...parts);
    else if (parts.length > 0) contents.push({ role, parts });
  }
  return contents;
}

interface Conversation {
  readonly callNames: ReadonlyMap<string, string>;
  readonly foreignSignature: string | undefined;
}

function toParts(
  message: Exclude<Message, { role: 'system' }>,
  { callNames, foreignSignature }: Conversation,
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
      return toModelParts(message, foreignSignature);
  }
}

/**
 * An answer's parts with their signatures. Of parallel calls only the first is signed, so the word for foreign calls is
 * for answers none of whose calls is. Parts that are nothing but a signature stay that: Google forbids to merge them.
 */
function toModelParts(message: AssistantMessage, foreignSignature: string | undefined): unknown[] {
  const { ofCalls, ofText, beforeCalls, afterCalls } = readSignatures(message.reasoningDetails);
  const { toolCalls = [] } = message;
  const parts = partsOf(message.content);
  if (parts.length + toolCalls.length === 0) return [];
  const lastText = parts.findLast(({ type }) => type === 'text');
  const isOwn = toolCalls.some(({ id }) => ofCalls.has(id));
  return [
    ...parts.map((part) =>
      part === lastText && ofText !== undefined
        ? { ...toPart(part), thoughtSignature: ofText }
        : toPart(part),
    ),
    ...beforeCalls.map(toSignaturePart),
    ...toolCalls.map(({ id, name, arguments: text }) => ({
      functionCall: { name, args: toObject(text, 'arguments') },
      thoughtSignature: isOwn ? ofCalls.get(id) : foreignSignature,
    })),
    ...afterCalls.map(toSignaturePart),
  ];
}

function toSignaturePart(thoughtSignature: string): unknown {
  return { text: '', thoughtSignature };
}

/** Arguments and results must be objects; text that is none becomes the one field of one. */
function toObject(text: string, field: string): unknown {
  if (text.trim() === '') return {};
  const parsed = parseJson(text);
  return isRecord(parsed) ? parsed : { [field]: text };
}

function toPart(part: ContentPart): Readonly<Record<string, unknown>> {
  if (part.type === 'text') return { text: part.text };
  const inline = parseDataUrl(part.url);
  return inline === undefined
    ? { fileData: { fileUri: part.url, mimeType: imageTypeOf(part.url) } }
    : { inlineData: { mimeType: inline.mediaType, data: inline.data } };
}
