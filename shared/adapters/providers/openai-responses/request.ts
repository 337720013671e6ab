import type { JobRequest, Tool } from '../../../contracts/http/job-request.ts';
import type { ProviderCall } from '../../../ports/provider.ts';
import { systemText } from '../http/content.ts';
import { effortOf } from '../http/request-facts.ts';
import { toInputItems } from './input.ts';
import { toInclude } from './reasoning-items.ts';

/** The API refuses a smaller bound, tokens. */
const MIN_OUTPUT_TOKENS = 16;

/** The body of `POST /responses`. Fields that are undefined are not sent. */
export function toResponsesRequest(call: ProviderCall): Record<string, unknown> {
  const { request, stream } = call;
  const instructions = systemText(request.messages);
  const hasTools = request.tools !== undefined && request.tools.length > 0;
  const format = toFormat(request.responseFormat);
  const effort = effortOf(request);
  return {
    model: call.requestModel,
    instructions: instructions === '' ? undefined : instructions,
    input: toInputItems(request.messages),
    // The default keeps the conversation at the provider for 30 days.
    store: false,
    include: toInclude(call),
    stream,
    // Obfuscation pads every event with random characters, which we would only parse and drop.
    stream_options: stream ? { include_obfuscation: false } : undefined,
    max_output_tokens: toBound(request.maxTokens ?? call.maxOutputTokens),
    temperature: request.temperature,
    top_p: request.topP,
    tools: hasTools ? request.tools?.map(toFlatTool) : undefined,
    tool_choice: hasTools ? toToolChoice(request.toolChoice) : undefined,
    parallel_tool_calls: hasTools ? request.parallelToolCalls : undefined,
    text: format === undefined ? undefined : { format },
    reasoning: effort === undefined ? undefined : { effort },
  };
}

/** A bound below the API's least becomes that: an answer of a few tokens more is what was asked for, a refusal is not. */
function toBound(maxTokens: number | undefined): number | undefined {
  return maxTokens === undefined ? undefined : Math.max(maxTokens, MIN_OUTPUT_TOKENS);
}

/** Tools are strict by default here, unlike everywhere else, which most schemas do not survive. */
function toFlatTool(tool: Tool): unknown {
  return {
    type: 'function',
    name: tool.name,
    description: tool.description,
    parameters: tool.parameters ?? { type: 'object', properties: {} },
    strict: tool.strict ?? false,
  };
}

function toToolChoice(choice: JobRequest['toolChoice']): unknown {
  return typeof choice === 'object' ? { type: 'function', name: choice.name } : choice;
}

function toFormat(format: JobRequest['responseFormat']): unknown {
  switch (format?.type) {
    case undefined:
    case 'text':
      return undefined;
    case 'json':
      return { type: 'json_object' };
    case 'json_schema': {
      const { name, description, schema, strict } = format;
      return { type: 'json_schema', name, description, schema, strict };
    }
  }
}
