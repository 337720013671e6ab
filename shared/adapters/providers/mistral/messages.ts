import { createHash } from 'node:crypto';
import type { Message } from '../../../contracts/http/job-request.ts';
import { partsOf, textOf } from '../http/content.ts';
import { isRecord } from '../http/json.ts';
import { toChatMessages, toChatPart } from '../openai-compatible/messages.ts';

/** Ids of tool calls have this form here, and no other is taken. */
const OWN_ID = /^[A-Za-z0-9]{9}$/;
const OWN_ID_LENGTH = 9;

/**
 * Chat messages with ids of Mistral's form. Results of tools carry their images themselves: a user must not speak right
 * after a tool. An answer that is to be continued has to say that it is a prefix.
 */
export function toMistralMessages(messages: readonly Message[]): unknown[] {
  const chat = messages
    .map(withOwnIds)
    .flatMap((message) =>
      message.role === 'tool' ? [toToolMessage(message)] : toChatMessages([message]),
    );
  const last = chat.at(-1);
  if (messages.at(-1)?.role !== 'assistant' || !isRecord(last)) return chat;
  return [...chat.slice(0, -1), { ...last, prefix: true }];
}

function toToolMessage({ toolCallId, content }: Extract<Message, { role: 'tool' }>): unknown {
  const hasImages = partsOf(content).some(({ type }) => type === 'image');
  return {
    role: 'tool',
    tool_call_id: toolCallId,
    content: hasImages ? partsOf(content).map(toChatPart) : textOf(content),
  };
}

function withOwnIds(message: Message): Message {
  switch (message.role) {
    case 'system':
    case 'user':
      return message;
    case 'tool':
      return { ...message, toolCallId: toOwnId(message.toolCallId) };
    case 'assistant':
      return {
        ...message,
        toolCalls: message.toolCalls?.map((call) => ({ ...call, id: toOwnId(call.id) })),
      };
  }
}

/** A foreign id turns into the same one every time, so call and result still match, and a cached prompt stays the same. */
function toOwnId(id: string): string {
  if (OWN_ID.test(id)) return id;
  return createHash('sha256').update(id).digest('hex').slice(0, OWN_ID_LENGTH);
}
