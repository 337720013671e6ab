import type { ContentPart, Message } from '../../../contracts/http/job-request.ts';
import { partsOf, textOf } from '../http/content.ts';

/** The conversation without its system prompts, as items: calls and their outputs stand beside the messages. */
export function toInputItems(messages: readonly Message[]): unknown[] {
  return messages.flatMap((message) => (message.role === 'system' ? [] : toItems(message)));
}

function toItems(message: Exclude<Message, { role: 'system' }>): unknown[] {
  switch (message.role) {
    case 'user':
      return [{ role: 'user', content: toInput(message.content) }];
    case 'tool':
      return [
        {
          type: 'function_call_output',
          call_id: message.toolCallId,
          output: toInput(message.content),
        },
      ];
    case 'assistant': {
      const text = textOf(message.content ?? '');
      const calls = (message.toolCalls ?? []).map((call) => ({
        type: 'function_call',
        call_id: call.id,
        name: call.name,
        arguments: call.arguments === '' ? '{}' : call.arguments,
      }));
      return text === '' ? calls : [{ role: 'assistant', content: text }, ...calls];
    }
  }
}

function toInput(content: string | readonly ContentPart[]): unknown {
  return typeof content === 'string' ? content : partsOf(content).map(toInputPart);
}

function toInputPart(part: ContentPart): unknown {
  return part.type === 'text'
    ? { type: 'input_text', text: part.text }
    : { type: 'input_image', image_url: part.url, detail: part.detail ?? 'auto' };
}
