import type { JobRequest, Message, Tool } from '../../../contracts/http/job-request.ts';
import type { ProviderCall } from '../../../ports/provider.ts';
import { effortOf, stopSequencesOf } from '../http/request-facts.ts';
import { toChatMessages } from './messages.ts';

/** What servers of this family differ in. */
export interface ChatDialect {
  /** OpenAI's reasoning models refuse `max_tokens`; most other servers know nothing else. */
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens';
  /** Options of a stream beside `include_usage`; servers that do not know one may refuse it. */
  readonly streamOptions: Readonly<Record<string, unknown>>;
  /** How the conversation is written. Default: `toChatMessages`. */
  readonly toMessages?: (messages: readonly Message[]) => unknown[];
}

/** Requests as servers other than OpenAI's own read them. */
export const COMPATIBLE_REQUESTS: ChatDialect = { maxTokensField: 'max_tokens', streamOptions: {} };

/** The body of `POST /chat/completions`. Fields that are undefined are not sent. */
export function toChatRequest(call: ProviderCall, dialect: ChatDialect): Record<string, unknown> {
  const { request, stream } = call;
  const hasTools = request.tools !== undefined && request.tools.length > 0;
  return {
    model: call.requestModel,
    messages: (dialect.toMessages ?? toChatMessages)(request.messages),
    stream,
    stream_options: stream ? { include_usage: true, ...dialect.streamOptions } : undefined,
    [dialect.maxTokensField]: request.maxTokens ?? call.maxOutputTokens,
    temperature: request.temperature,
    top_p: request.topP,
    stop: stopSequencesOf(request).length > 0 ? request.stop : undefined,
    seed: request.seed,
    tools: hasTools ? request.tools?.map(toChatTool) : undefined,
    tool_choice: hasTools ? toChatToolChoice(request.toolChoice) : undefined,
    parallel_tool_calls: hasTools ? request.parallelToolCalls : undefined,
    response_format: toResponseFormat(request.responseFormat),
    reasoning_effort: effortOf(request),
  };
}

function toChatTool(tool: Tool): unknown {
  const { name, description, parameters, strict } = tool;
  return { type: 'function', function: { name, description, parameters, strict } };
}

/** DashScope takes it in the same words. */
export function toChatToolChoice(choice: JobRequest['toolChoice']): unknown {
  return typeof choice === 'object'
    ? { type: 'function', function: { name: choice.name } }
    : choice;
}

/** DashScope takes it in the same words. */
export function toResponseFormat(format: JobRequest['responseFormat']): unknown {
  switch (format?.type) {
    case undefined:
    case 'text':
      return undefined;
    case 'json':
      return { type: 'json_object' };
    case 'json_schema': {
      const { name, description, schema, strict } = format;
      return { type: 'json_schema', json_schema: { name, description, schema, strict } };
    }
  }
}
