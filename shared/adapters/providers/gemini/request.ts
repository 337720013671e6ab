import type { JobRequest, Tool } from '../../../contracts/http/job-request.ts';
import type { ProviderCall } from '../../../ports/provider.ts';
import { systemText } from '../http/content.ts';
import { hasStrictTools, stopSequencesOf } from '../http/request-facts.ts';
import { toContents } from './contents.ts';
import { toThinkingConfig } from './thinking.ts';

/** The body of `generateContent` and `streamGenerateContent`. Fields that are undefined are not sent. */
export function toGenerateRequest(call: ProviderCall): Record<string, unknown> {
  const { request, requestModel } = call;
  const stopSequences = stopSequencesOf(request);
  const system = systemText(request.messages);
  const hasTools = request.tools !== undefined && request.tools.length > 0;
  return {
    systemInstruction: system === '' ? undefined : { parts: [{ text: system }] },
    contents: toContents(request.messages, requestModel),
    tools: hasTools ? [{ functionDeclarations: request.tools?.map(toDeclaration) }] : undefined,
    toolConfig: hasTools ? toToolConfig(request) : undefined,
    generationConfig: {
      maxOutputTokens: request.maxTokens ?? call.maxOutputTokens,
      temperature: request.temperature,
      topP: request.topP,
      stopSequences: stopSequences.length > 0 ? stopSequences : undefined,
      seed: request.seed,
      ...toResponseFormat(request.responseFormat),
      thinkingConfig: toThinkingConfig(request.reasoning, requestModel),
    },
  };
}

function toDeclaration(tool: Tool): unknown {
  const { name, description, parameters } = tool;
  return { name, description, parametersJsonSchema: parameters };
}

const MODES = { auto: 'AUTO', none: 'NONE', required: 'ANY' } as const;

/** Forced calls match their schemas anyway; for free ones that is a mode, and not a word about each tool. */
function toToolConfig(request: JobRequest): unknown {
  const { toolChoice } = request;
  if (typeof toolChoice === 'object') {
    return { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: [toolChoice.name] } };
  }
  if (toolChoice !== 'required' && hasStrictTools(request)) {
    return { functionCallingConfig: { mode: 'VALIDATED' } };
  }
  return toolChoice === undefined
    ? undefined
    : { functionCallingConfig: { mode: MODES[toolChoice] } };
}

function toResponseFormat(format: JobRequest['responseFormat']): Record<string, unknown> {
  switch (format?.type) {
    case undefined:
    case 'text':
      return {};
    case 'json':
      return { responseMimeType: 'application/json' };
    case 'json_schema':
      return { responseMimeType: 'application/json', responseJsonSchema: format.schema };
  }
}
