import { z } from 'zod';
import { isReasoningModel } from '../chat/openai.ts';
import { refusalOfStrictSchema } from '../chat/strict-schema.ts';
import { imageOfUrl } from '../image-source.ts';
import {
  estimateInput,
  type ParseResult,
  type Refusal,
  refuse,
  type SandboxRequest,
} from '../wire.ts';
import { bodySchema, type InputItem, type ResponsesBody } from './body.ts';
import { type ResponseOptions, responsesFormatFor } from './format.ts';
import { refusalOfItems } from './items.ts';

const ENCRYPTED = 'reasoning.encrypted_content';

/** Reads a body of `POST /responses`. */
export function parseResponsesRequest(given: unknown): ParseResult {
  const parsed = bodySchema.safeParse(given);
  if (!parsed.success) return refuse(z.prettifyError(parsed.error), codeOf(parsed.error));
  const body = parsed.data;
  const items = typeof body.input === 'string' ? [userItem(body.input)] : body.input;
  const refusal = refusalOfFields(body, items) ?? refusalOfItems(items, body.store !== false);
  if (refusal !== undefined) return { ok: false, refusal };
  const texts = items.map(textOf);
  const lastUser = items.findLast((item) => 'role' in item && item.role === 'user');
  return {
    ok: true,
    format: responsesFormatFor(optionsOf(body)),
    value: {
      model: body.model,
      stream: body.stream === true,
      includeUsage: true,
      prompt: lastUser === undefined ? '' : textOf(lastUser),
      inputTokens: estimateInput([...texts, body.instructions], body.tools),
      tools: (body.tools ?? []).map(({ name, parameters }) => ({ name, parameters })),
      toolChoice: toolChoiceOf(body.tool_choice),
      parallelToolCalls: body.parallel_tool_calls !== false,
      hasToolResults: items.at(-1)?.type === 'function_call_output',
      json: jsonOf(body.text?.format),
      maxTokens: body.max_output_tokens ?? undefined,
      stop: [],
      reasoning: reasoningOf(body),
      images: items.flatMap(imagesOf),
      reasoningReturned: items.filter(({ type }) => type === 'reasoning').length,
    },
  };
}

function optionsOf(body: ResponsesBody): ResponseOptions {
  return {
    isEncrypted: body.include?.includes(ENCRYPTED) === true,
    isStored: body.store !== false,
  };
}

function userItem(text: string): InputItem {
  return { role: 'user', content: text };
}

/** Which of OpenAI's two codes for a bad body a complaint has. */
function codeOf(error: z.ZodError): { code: string } {
  const isUnknown = error.issues.some((issue) => issue.code === 'unrecognized_keys');
  return { code: isUnknown ? 'unknown_parameter' : 'invalid_value' };
}

function refusalOfFields(body: ResponsesBody, items: readonly InputItem[]): Refusal | undefined {
  return refusalOfModel(body) ?? refusalOfFormat(body, items) ?? refusalOfTools(body);
}

/** Only models that reason take a word about it. */
function refusalOfModel({ model, reasoning, include }: ResponsesBody): Refusal | undefined {
  if (isReasoningModel(model)) return undefined;
  if (include?.includes(ENCRYPTED) === true)
    return { message: 'Encrypted content is not supported with this model.', param: 'include' };
  return (reasoning?.effort ?? undefined) === undefined
    ? undefined
    : {
        message: "Unsupported parameter: 'reasoning.effort' is not supported with this model.",
        code: 'unsupported_parameter',
        param: 'reasoning.effort',
      };
}

function refusalOfFormat(body: ResponsesBody, items: readonly InputItem[]): Refusal | undefined {
  const format = body.text?.format;
  if (format?.type === 'json_schema' && format.strict === true)
    return refusalOfStrictSchema(format.schema, { name: format.name, param: 'text.format.schema' });
  if (format?.type === 'json_object' && !items.some((item) => /json/i.test(textOf(item))))
    return {
      message:
        "Response input messages must contain the word 'json' in some form to use 'text.format' of type 'json_object'.",
      param: 'input',
    };
  return undefined;
}

/** Tools are strict unless they say that they are not. */
function refusalOfTools(body: ResponsesBody): Refusal | undefined {
  const strict = body.tools?.find((tool) => tool.strict !== false);
  if (strict !== undefined) {
    const options = { name: strict.name, param: 'tools[0].parameters' };
    return refusalOfStrictSchema(strict.parameters, options);
  }
  return undefined;
}

function reasoningOf({ reasoning }: ResponsesBody): SandboxRequest['reasoning'] {
  const effort = reasoning?.effort ?? 'none';
  if (effort === 'none') return 'none';
  return (reasoning?.summary ?? undefined) === undefined ? 'hidden' : 'shown';
}

function toolChoiceOf(choice: ResponsesBody['tool_choice']): SandboxRequest['toolChoice'] {
  return typeof choice === 'object' ? { name: choice.name } : (choice ?? 'auto');
}

type Format = NonNullable<ResponsesBody['text']>['format'];

function jsonOf(format: Format): SandboxRequest['json'] {
  if (format?.type === 'json_schema') return { schema: format.schema };
  return format?.type === 'json_object' ? { schema: undefined } : undefined;
}

function textOf(item: InputItem): string {
  if (item.type === 'function_call_output')
    return typeof item.output === 'string' ? item.output : item.output.map(partText).join('\n');
  if (!('role' in item)) return '';
  return typeof item.content === 'string' ? item.content : item.content.map(partText).join('\n');
}

function partText(part: { readonly type: string } & Readonly<Record<string, unknown>>): string {
  return typeof part['text'] === 'string' ? part['text'] : '';
}

function imagesOf(item: InputItem): string[] {
  const content = 'role' in item ? item.content : 'output' in item ? item.output : '';
  if (typeof content === 'string') return [];
  return content.flatMap((part) =>
    part.type === 'input_image' ? (imageOfUrl(part.image_url) ?? []) : [],
  );
}
