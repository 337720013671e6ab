import type { DeltaPart, TerminalEntry } from '../../shared/contracts/events/job-entry.ts';
import type { Answer } from '../../shared/contracts/events/job-result.ts';
import type { ReasoningBlock } from '../../shared/contracts/reasoning-detail.ts';
import { unreachable } from '../../shared/core/assert.ts';
import type { Usage } from '../../shared/core/usage.ts';

/** OpenAI's wire format of one answer; `model` is known from the attempt on. */
export interface AnswerFrame {
  readonly id: string;
  readonly createdSeconds: number;
  readonly model: string;
}

export const DONE_EVENT = 'data: [DONE]\n\n';

/** The first event of a stream: the role, no text yet. */
export function openingEvent(frame: AnswerFrame): string {
  return chunkEvent(frame, '{"role":"assistant","content":""}');
}

/** The events of one entry. Built as text around the encoded delta: this runs for every delta of every stream. */
export function deltaEvents(frame: AnswerFrame, parts: readonly DeltaPart[]): string {
  let events = '';
  for (const part of parts) events += chunkEvent(frame, encodeDelta(part));
  return events;
}

export function closingEvents(
  frame: AnswerFrame,
  terminal: TerminalEntry,
  includeUsage: boolean,
): string {
  const finish = chunkEvent(frame, '{}', JSON.stringify(terminal.finishReason));
  if (!includeUsage || terminal.usage === undefined) return finish + DONE_EVENT;
  const usage = JSON.stringify(toOpenaiUsage(terminal.usage));
  return `${finish}data: ${head(frame)},"choices":[],"usage":${usage}}\n\n${DONE_EVENT}`;
}

/** The whole answer, for a client that does not stream. */
export function toCompletion(
  { id, createdSeconds, model }: AnswerFrame,
  answer: Answer,
  usage: Usage | undefined,
): object {
  const hasCalls = answer.toolCalls.length > 0;
  return {
    id,
    object: 'chat.completion',
    created: createdSeconds,
    model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: hasCalls && answer.text === '' ? null : answer.text,
          refusal: null,
          ...(answer.reasoning === undefined ? {} : { reasoning_content: answer.reasoning }),
          ...(answer.reasoningDetails === undefined
            ? {}
            : { reasoning_details: answer.reasoningDetails }),
          ...(hasCalls
            ? {
                tool_calls: answer.toolCalls.map((call) => ({
                  id: call.id,
                  type: 'function',
                  function: { name: call.name, arguments: call.arguments },
                })),
              }
            : {}),
        },
        finish_reason: answer.finishReason,
        logprobs: null,
      },
    ],
    ...(usage === undefined ? {} : { usage: toOpenaiUsage(usage) }),
  };
}

function toOpenaiUsage(usage: Usage): object {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    ...(usage.cachedInputTokens === undefined
      ? {}
      : { prompt_tokens_details: { cached_tokens: usage.cachedInputTokens } }),
    ...(usage.reasoningTokens === undefined
      ? {}
      : { completion_tokens_details: { reasoning_tokens: usage.reasoningTokens } }),
  };
}

function encodeDelta(part: DeltaPart): string {
  switch (part.type) {
    case 'text':
      return `{"content":${JSON.stringify(part.text)}}`;
    case 'reasoning':
      return encodeReasoning(part.text, part.block);
    case 'toolCall': {
      const { index, id, name, arguments: text = '' } = part;
      const call = { index, id, type: id && 'function', function: { name, arguments: text } };
      return JSON.stringify({ tool_calls: [call] });
    }
    default:
      return unreachable(part);
  }
}

/** As OpenRouter streams it: a client joins the pieces of one index. */
function encodeReasoning(text: string, block: ReasoningBlock | undefined): string {
  const content = text === '' ? undefined : text;
  if (block === undefined) return JSON.stringify({ reasoning_content: content });
  const detail =
    block.data === undefined
      ? { type: 'reasoning.text', text, ...block }
      : { type: 'reasoning.encrypted', ...block };
  return JSON.stringify({ reasoning_content: content, reasoning_details: [detail] });
}

function chunkEvent(frame: AnswerFrame, delta: string, finishReason = 'null'): string {
  const choice = `{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${finishReason}}`;
  return `data: ${head(frame)},"choices":[${choice}]}\n\n`;
}

function head({ id, createdSeconds, model }: AnswerFrame): string {
  const created = String(createdSeconds);
  return `{"id":"${id}","object":"chat.completion.chunk","created":${created},"model":${JSON.stringify(model)}`;
}
