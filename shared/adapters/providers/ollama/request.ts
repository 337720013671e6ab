import type { JobRequest, Tool } from '../../../contracts/http/job-request.ts';
import type { ProviderCall } from '../../../ports/provider.ts';
import { effortOf, stopSequencesOf } from '../http/request-facts.ts';
import { toOllamaMessages } from './messages.ts';

/**
 * The body of `POST /api/chat`. Fields that are undefined are not sent. A choice of tools does not exist here but for
 * none, which is a request without tools.
 */
export function toOllamaRequest(call: ProviderCall): Record<string, unknown> {
  const { request, stream } = call;
  const stopSequences = stopSequencesOf(request);
  const tools = request.toolChoice === 'none' ? [] : (request.tools ?? []);
  return {
    model: call.requestModel,
    messages: toOllamaMessages(request.messages),
    // The default is a stream.
    stream,
    tools: tools.length > 0 ? tools.map(toTool) : undefined,
    format: toFormat(request.responseFormat),
    think: toThink(request),
    options: {
      num_predict: request.maxTokens ?? call.maxOutputTokens,
      temperature: request.temperature,
      top_p: request.topP,
      stop: stopSequences.length > 0 ? stopSequences : undefined,
      seed: request.seed,
    },
  };
}

function toTool({ name, description, parameters }: Tool): unknown {
  return {
    type: 'function',
    function: {
      name,
      description,
      parameters: parameters ?? { type: 'object', properties: {} },
    },
  };
}

function toFormat(format: JobRequest['responseFormat']): unknown {
  switch (format?.type) {
    case undefined:
    case 'text':
      return undefined;
    case 'json':
      return 'json';
    case 'json_schema':
      return format.schema;
  }
}

const LEVELS = {
  none: false,
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  max: 'high',
} as const;

/** Undefined leaves the model its default. */
function toThink(request: JobRequest): boolean | string | undefined {
  const effort = effortOf(request);
  return effort === undefined ? undefined : LEVELS[effort];
}
