import type { Message } from '../../../contracts/http/job-request.ts';
import { isRecord } from '../http/json.ts';
import { toChatMessages } from '../openai-compatible/messages.ts';

/**
 * Chat messages with the reasoning of every answer. The field must be there even where a turn's last answer, without
 * calls, had none.
 */
export function toReasonedMessages(messages: readonly Message[]): unknown[] {
  const reasonings = messages
    .flatMap((message) => (message.role === 'assistant' ? [message.reasoning ?? ''] : []))
    .values();
  return toChatMessages(messages).map((chat) =>
    isRecord(chat) && chat['role'] === 'assistant'
      ? { ...chat, reasoning_content: reasonings.next().value }
      : chat,
  );
}
