import { z } from 'zod';
import { estimateInput, type ParseResult, refuse, type SandboxRequest } from '../wire.ts';
import { type AnthropicBody, type AnthropicMessage, bodySchema } from './body.ts';
import { refusalOfConversation } from './conversation.ts';
import { refusalOfSettings } from './settings.ts';

/** Reads a body of `POST /messages`. */
export function parseAnthropicRequest(given: unknown): ParseResult {
  const parsed = bodySchema.safeParse(given);
  if (!parsed.success) return refuse(z.prettifyError(parsed.error));
  const body = parsed.data;
  const refusal = refusalOfSettings(body) ?? refusalOfConversation(body);
  if (refusal !== undefined) return { ok: false, refusal };
  const texts = body.messages.map((message) => textOf(message.content));
  const lastUser = body.messages.findLast(
    (message) => message.role === 'user' && textOf(message.content) !== '',
  );
  const last = body.messages.at(-1);
  const format = body.output_config?.format;
  return {
    ok: true,
    value: {
      model: body.model,
      stream: body.stream === true,
      includeUsage: true,
      prompt: textOf(lastUser?.content),
      inputTokens: estimateInput([...texts, textOf(body.system)], body.tools),
      tools: (body.tools ?? []).map((tool) => ({ name: tool.name, parameters: tool.input_schema })),
      toolChoice: toolChoiceOf(body.tool_choice),
      parallelToolCalls: body.tool_choice?.disable_parallel_tool_use !== true,
      hasToolResults:
        Array.isArray(last?.content) && last.content.some((each) => each.type === 'tool_result'),
      json: format === undefined ? jsonByWords(body.system) : { schema: format.schema },
      maxTokens: body.max_tokens,
      stop: body.stop_sequences ?? [],
      reasoning: reasoningOf(body.thinking),
      images: body.messages.flatMap((message) => imagesOf(message.content)),
      reasoningReturned: body.messages.reduce((sum, each) => sum + countThinking(each.content), 0),
    },
  };
}

function textOf(given: AnthropicMessage['content'] | undefined): string {
  if (typeof given === 'string') return given;
  return (given ?? [])
    .map((each) => (each.type === 'text' ? each.text : ''))
    .join('\n')
    .trim();
}

function countThinking(given: AnthropicMessage['content']): number {
  if (typeof given === 'string') return 0;
  return given.filter(({ type }) => type === 'thinking' || type === 'redacted_thinking').length;
}

function imagesOf(given: Exclude<AnthropicMessage['content'], undefined> | undefined): string[] {
  if (given === undefined || typeof given === 'string') return [];
  return given.flatMap((each) => {
    if (each.type === 'tool_result') return imagesOf(each.content);
    if (each.type !== 'image') return [];
    return each.source.type === 'url' ? each.source.url : each.source.data;
  });
}

/** Anthropic has no JSON mode without a schema: a system prompt that demands JSON and nothing else stands for it. */
function jsonByWords(system: AnthropicBody['system']): SandboxRequest['json'] {
  return /\bJSON\b[^.]*\bnothing else\b|\bonly\b[^.]*\bJSON\b/i.test(textOf(system))
    ? { schema: undefined }
    : undefined;
}

function toolChoiceOf(choice: AnthropicBody['tool_choice']): SandboxRequest['toolChoice'] {
  if (choice?.type === 'tool' && choice.name !== undefined) return { name: choice.name };
  if (choice?.type === 'any') return 'required';
  return choice?.type === 'none' ? 'none' : 'auto';
}

function reasoningOf(thinking: AnthropicBody['thinking']): SandboxRequest['reasoning'] {
  if (thinking === undefined || thinking.type === 'disabled') return 'none';
  return thinking.display === 'omitted' ? 'hidden' : 'shown';
}
