import type { ContentPart, Message } from '../../../contracts/http/job-request.ts';
import { partsOf, textOf } from '../http/content.ts';
import { reasoningBefore } from './reasoning-items.ts';

type AssistantMessage = Extract<Message, { role: 'assistant' }>;

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
    case 'assistant':
      return toAnswerItems(message);
  }
}

/** Reasoning stands before what it led to; with nothing after it, it is refused. */
function toAnswerItems({ content, toolCalls, reasoningDetails }: AssistantMessage): unknown[] {
  const text = textOf(content ?? '');
  const calls = (toolCalls ?? []).map((call) => ({
    type: 'function_call',
    call_id: call.id,
    name: call.name,
    arguments: call.arguments === '' ? '{}' : call.arguments,
  }));
  if (text === '' && calls.length === 0) return [];
  return [
    ...reasoningBefore(reasoningDetails, 0),
    ...(text === '' ? [] : [{ role: 'assistant', content: text }]),
    ...calls.flatMap((call, index) =>
      index === 0 ? [call] : [...reasoningBefore(reasoningDetails, index), call],
    ),
  ];
}

function toInput(content: string | readonly ContentPart[]): unknown {
  return typeof content === 'string' ? content : partsOf(content).map(toInputPart);
}

function toInputPart(part: ContentPart): unknown {
  return part.type === 'text'
    ? { type: 'input_text', text: part.text }
    : { type: 'input_image', image_url: part.url, detail: part.detail ?? 'auto' };
}
