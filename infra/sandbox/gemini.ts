import { z } from 'zod';
import {
  type Answer,
  type AnswerLabel,
  type ErrorReply,
  estimateTokens,
  type Frames,
  type ParseResult,
  type SandboxRequest,
  sandboxErrorMessage,
  type WireError,
  type WireFormat,
} from './wire.ts';

/** Gemini generateContent: `POST /gemini/v1beta/models/{model}:generateContent` and `:streamGenerateContent?alt=sse`. */
export const geminiFormat: WireFormat = {
  provider: 'gemini',
  frames,
  whole,
  error,
  overloadedStatus: 503,
  overloadedEvent: event(errorBody({ status: 503, message: sandboxErrorMessage(503) })),
};

const partSchema = z.looseObject({
  text: z.string().optional(),
  functionResponse: z.unknown().optional(),
});
const contentSchema = z.looseObject({ role: z.string().optional(), parts: z.array(partSchema) });

const requestSchema = z.looseObject({
  contents: z.array(contentSchema).min(1),
  systemInstruction: z.looseObject({ parts: z.array(partSchema) }).optional(),
  generationConfig: z
    .looseObject({
      maxOutputTokens: z.number().int().positive().optional(),
      responseMimeType: z.string().optional(),
      responseSchema: z.unknown().optional(),
      responseJsonSchema: z.unknown().optional(),
    })
    .optional(),
  tools: z
    .array(
      z.looseObject({
        functionDeclarations: z
          .array(
            z.looseObject({
              name: z.string(),
              parameters: z.unknown().optional(),
              parametersJsonSchema: z.unknown().optional(),
            }),
          )
          .optional(),
      }),
    )
    .optional(),
  toolConfig: z
    .looseObject({
      functionCallingConfig: z
        .looseObject({
          mode: z.string().optional(),
          allowedFunctionNames: z.array(z.string()).optional(),
        })
        .optional(),
    })
    .optional(),
});

type GeminiBody = z.infer<typeof requestSchema>;

/** Model and way of answering stand in the path, not in the body. */
export function parseGeminiRequest(
  body: unknown,
  target: { model: string; stream: boolean },
): ParseResult {
  const parsed = requestSchema.safeParse(body);
  if (!parsed.success) return { ok: false, error: z.prettifyError(parsed.error) };
  const { data } = parsed;
  const isUser = (role: string | undefined): boolean => role === 'user' || role === undefined;
  const lastUser = data.contents.findLast(
    (content) => isUser(content.role) && textOf(content.parts) !== '',
  );
  const declared = (data.tools ?? []).flatMap((tool) => tool.functionDeclarations ?? []);
  return {
    ok: true,
    value: {
      ...target,
      includeUsage: true,
      prompt: textOf(lastUser?.parts),
      inputTokens: estimateTokens([
        ...data.contents.map((content) => textOf(content.parts)),
        textOf(data.systemInstruction?.parts),
        declared.length === 0 ? '' : JSON.stringify(declared),
      ]),
      tools: declared.map((tool) => ({
        name: tool.name,
        parameters: tool.parametersJsonSchema ?? tool.parameters,
      })),
      toolChoice: toolChoiceOf(data.toolConfig),
      parallelToolCalls: true,
      hasToolResults:
        data.contents.at(-1)?.parts.some((part) => part.functionResponse !== undefined) === true,
      json: jsonOf(data.generationConfig),
      maxTokens: data.generationConfig?.maxOutputTokens,
    },
  };
}

function textOf(parts: GeminiBody['contents'][number]['parts'] | undefined): string {
  return (parts ?? [])
    .map((part) => part.text ?? '')
    .join('\n')
    .trim();
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

function frames(request: SandboxRequest, answer: Answer, label: AnswerLabel): Frames {
  const parts = answerParts(answer);
  const perDelta = answer.outputTokens / Math.max(1, parts.length);
  const tail = { modelVersion: request.model, responseId: label.id };
  const chunk = (part: unknown, output: number, finish: string | undefined): string =>
    event({
      candidates: [
        {
          content: { parts: [part], role: 'model' },
          ...(finish === undefined ? {} : { finishReason: finish }),
          index: 0,
        },
      ],
      usageMetadata: usageOf(request, output),
      ...tail,
    });

  return {
    opening: '',
    deltas: parts.map((part, index) => chunk(part, Math.floor(perDelta * (index + 1)), undefined)),
    closing: chunk({ text: '' }, answer.outputTokens, finishOf(answer)),
  };
}

function whole(request: SandboxRequest, answer: Answer, label: AnswerLabel): string {
  const parts = answer.kind === 'text' ? [{ text: answer.pieces.join('') }] : answerParts(answer);
  return JSON.stringify({
    candidates: [{ content: { parts, role: 'model' }, finishReason: finishOf(answer), index: 0 }],
    usageMetadata: usageOf(request, answer.outputTokens),
    modelVersion: request.model,
    responseId: label.id,
  });
}

/** Text in pieces; calls whole, as Gemini sends them. */
function answerParts(answer: Answer): unknown[] {
  if (answer.kind === 'text') return answer.pieces.map((text) => ({ text }));
  return answer.calls.map((call) => {
    const args: unknown = JSON.parse(call.pieces.join(''));
    return { functionCall: { id: call.id, name: call.name, args } };
  });
}

/** `STOP` also with function calls: Gemini never says otherwise. */
function finishOf(answer: Answer): string {
  return answer.kind === 'text' && answer.finish === 'length' ? 'MAX_TOKENS' : 'STOP';
}

function usageOf(request: SandboxRequest, outputTokens: number): Record<string, unknown> {
  return {
    promptTokenCount: request.inputTokens,
    candidatesTokenCount: outputTokens,
    totalTokenCount: request.inputTokens + outputTokens,
  };
}

function error(failure: WireError): ErrorReply {
  return { headers: {}, body: JSON.stringify(errorBody(failure), null, 2) };
}

/** The retry hint is a detail of the body: Gemini sends no header. */
function errorBody(failure: WireError): Record<string, unknown> {
  const names: Readonly<Record<number, string>> = {
    400: 'INVALID_ARGUMENT',
    401: 'UNAUTHENTICATED',
    403: 'PERMISSION_DENIED',
    404: 'NOT_FOUND',
    429: 'RESOURCE_EXHAUSTED',
    500: 'INTERNAL',
    503: 'UNAVAILABLE',
    504: 'DEADLINE_EXCEEDED',
  };
  const status = names[failure.status] ?? (failure.status < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL');
  const details =
    failure.retryAfter === undefined
      ? []
      : [
          {
            '@type': 'type.googleapis.com/google.rpc.RetryInfo',
            retryDelay: `${failure.retryAfter}s`,
          },
        ];
  return { error: { code: failure.status, message: failure.message, status, details } };
}

/** CRLF framing, as recorded. */
function event(payload: unknown): string {
  return `data: ${JSON.stringify(payload)}\r\n\r\n`;
}
