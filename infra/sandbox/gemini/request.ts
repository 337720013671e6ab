import { z } from 'zod';
import { isSeal } from '../seal.ts';
import {
  estimateInput,
  type ParseResult,
  type Refusal,
  refuse,
  type SandboxRequest,
} from '../wire.ts';
import { bodySchema, type GeminiBody, type GeminiPart } from './body.ts';
import { refusalOfTurns } from './turns.ts';

/** Model and way of answering stand in the path, not in the body. */
export interface GeminiTarget {
  readonly model: string;
  readonly stream: boolean;
  /** Vertex refuses contents that do not say whose they are. */
  readonly needsRoles: boolean;
}

export function parseGeminiRequest(given: unknown, target: GeminiTarget): ParseResult {
  const parsed = bodySchema.safeParse(given);
  if (!parsed.success) return refuse(z.prettifyError(parsed.error));
  const body = parsed.data;
  const { model, stream } = target;
  if (target.needsRoles && body.contents.some(({ role }) => role === undefined))
    return refuse('Please use a valid role: user, model.');
  const refusal = refusalOfConfig(body, model) ?? refusalOfTurns(body.contents, model);
  if (refusal !== undefined) return { ok: false, refusal };
  const lastUser = body.contents.findLast(
    ({ role, parts }) => role !== 'model' && textOf(parts) !== '',
  );
  const declared = (body.tools ?? []).flatMap((tool) => tool.functionDeclarations ?? []);
  return {
    ok: true,
    value: {
      model,
      stream,
      includeUsage: true,
      prompt: textOf(lastUser?.parts),
      inputTokens: estimateInput(
        [...body.contents, body.systemInstruction].map((content) => textOf(content?.parts)),
        declared,
      ),
      tools: declared.map((tool) => ({
        name: tool.name,
        parameters: tool.parametersJsonSchema ?? tool.parameters,
      })),
      toolChoice: toolChoiceOf(body.toolConfig),
      parallelToolCalls: true,
      hasToolResults:
        body.contents.at(-1)?.parts.some((part) => part.functionResponse !== undefined) === true,
      ...settingsOf(body.generationConfig),
      images: body.contents.flatMap(({ parts }) => parts.flatMap(imagesOf)),
      reasoningReturned: body.contents
        .flatMap(({ parts }) => parts)
        .filter(({ thoughtSignature }) => isSeal(thoughtSignature ?? '')).length,
    },
  };
}

function refusalOfConfig(body: GeminiBody, model: string): Refusal | undefined {
  const { thinkingConfig } = body.generationConfig ?? {};
  return (
    refusalOfThinking(thinkingConfig, model) ??
    refusalOfSchema(body, model) ??
    refusalOfNames(body.toolConfig?.functionCallingConfig)
  );
}

function isGemini2(model: string): boolean {
  return model.startsWith('gemini-2.');
}

function refusalOfThinking(config: ThinkingConfig, model: string): Refusal | undefined {
  if (config?.thinkingLevel === undefined) return undefined;
  if (config.thinkingBudget !== undefined)
    return { message: 'You can only set only one of thinking budget and thinking level.' };
  return isGemini2(model)
    ? { message: 'Thinking level is not supported for this model.' }
    : undefined;
}

function refusalOfSchema(body: GeminiBody, model: string): Refusal | undefined {
  const { responseSchema, responseJsonSchema, responseMimeType } = body.generationConfig ?? {};
  const isJson = responseMimeType === 'application/json';
  if ((responseSchema ?? responseJsonSchema) !== undefined && !isJson)
    return { message: 'response_mime_type must be application/json to use a response schema.' };
  return isJson && isGemini2(model) && (body.tools ?? []).length > 0
    ? {
        message: "Function calling with a response mime type: 'application/json' is unsupported",
      }
    : undefined;
}

type CallingConfig = NonNullable<GeminiBody['toolConfig']>['functionCallingConfig'];

function refusalOfNames(config: CallingConfig): Refusal | undefined {
  if ((config?.allowedFunctionNames ?? []).length === 0 || config?.mode !== 'AUTO')
    return undefined;
  return {
    message: 'allowed_function_names should only be set when the function calling mode is ANY.',
  };
}

function settingsOf(config: GeminiBody['generationConfig']) {
  return {
    json: jsonOf(config),
    maxTokens: config?.maxOutputTokens,
    stop: config?.stopSequences ?? [],
    reasoning: reasoningOf(config?.thinkingConfig),
  };
}

function textOf(parts: readonly GeminiPart[] | undefined): string {
  return (parts ?? [])
    .map((part) => (part.thought === true ? '' : (part.text ?? '')))
    .join('\n')
    .trim();
}

function imagesOf({ inlineData, fileData }: GeminiPart): string[] {
  const image = inlineData?.data ?? fileData?.fileUri;
  return image === undefined ? [] : [image];
}

function toolChoiceOf(config: GeminiBody['toolConfig']): SandboxRequest['toolChoice'] {
  const calling = config?.functionCallingConfig;
  const [only, ...others] = calling?.allowedFunctionNames ?? [];
  if (calling?.mode === 'ANY')
    return only !== undefined && others.length === 0 ? { name: only } : 'required';
  return calling?.mode === 'NONE' ? 'none' : 'auto';
}

function jsonOf(config: GeminiBody['generationConfig']): SandboxRequest['json'] {
  if (config?.responseMimeType !== 'application/json') return undefined;
  return { schema: config.responseJsonSchema ?? config.responseSchema };
}

type ThinkingConfig = NonNullable<GeminiBody['generationConfig']>['thinkingConfig'];

/** Without a word about thinking, or with as little as there is, the sandbox leaves it out, also where the real model would think in silence. */
function reasoningOf(config: ThinkingConfig): SandboxRequest['reasoning'] {
  if (config?.includeThoughts === true) return 'shown';
  const { thinkingLevel = 'minimal', thinkingBudget = 0 } = config ?? {};
  const isAsked = thinkingLevel !== 'minimal' || thinkingBudget !== 0;
  return isAsked ? 'hidden' : 'none';
}
