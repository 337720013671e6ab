import { z } from 'zod';
import { seal } from '../seal.ts';
import {
  type Answer,
  type AnswerLabel,
  type ErrorReply,
  type Frames,
  type SandboxRequest,
  sandboxErrorMessage,
  type WireError,
  type WireFormat,
} from '../wire.ts';
import { callContent } from './call-content.ts';
import { isGemini3 } from './model-family.ts';

/** Gemini generateContent: `POST /gemini/v1beta/models/{model}:generateContent` and `:streamGenerateContent?alt=sse`. */
export const geminiFormat = formatOf('gemini');

/** Gemini on Vertex AI: `POST /vertex/v1/projects/{project}/locations/{location}/publishers/google/models/{model}:…`. */
export const vertexFormat = formatOf('vertex');

/** Both speak the same language; only Vertex tells the kind of traffic. */
function formatOf(provider: 'gemini' | 'vertex'): WireFormat {
  return {
    provider,
    frames: (request, answer, label) => frames({ provider, request, answer, label }),
    whole: (request, answer, label) => whole({ provider, request, answer, label }),
    error,
    overloadedStatus: 503,
    overloadedEvent: event(errorBody({ status: 503, message: sandboxErrorMessage(503) })),
  };
}

interface Writing {
  readonly provider: 'gemini' | 'vertex';
  readonly request: SandboxRequest;
  readonly answer: Answer;
  readonly label: AnswerLabel;
}

function frames(writing: Writing): Frames {
  const { request, answer } = writing;
  const thoughts = request.reasoning === 'shown' ? thoughtParts(answer.reasoning?.pieces) : [];
  const parts =
    answer.kind === 'text' ? answer.pieces.map((text) => ({ text })) : callParts(writing);
  const perDelta = answer.outputTokens / Math.max(1, parts.length);
  const outputAt = (index: number): number =>
    Math.floor(perDelta * Math.max(0, index - thoughts.length + 1));
  const chunk = (part: unknown, output: number, finish?: string): string =>
    event({
      candidates: [
        {
          content: { parts: [part], role: 'model' },
          ...(finish === undefined ? {} : { finishReason: finish }),
          index: 0,
        },
      ],
      ...tailOf(writing, output),
    });

  return {
    opening: '',
    deltas: [...thoughts, ...parts].map((part, index) => chunk(part, outputAt(index))),
    closing: chunk(
      { text: '', ...(answer.kind === 'text' ? signatureOf(answer) : {}) },
      answer.outputTokens,
      finishOf(answer),
    ),
  };
}

function whole(writing: Writing): string {
  const { request, answer } = writing;
  const thought = answer.reasoning?.pieces.join('');
  const thoughts =
    request.reasoning === 'shown' && thought !== undefined ? thoughtParts([thought]) : [];
  const parts =
    answer.kind === 'text'
      ? [{ text: answer.pieces.join(''), ...signatureOf(answer) }]
      : callParts(writing);
  return JSON.stringify({
    candidates: [
      {
        content: { parts: [...thoughts, ...parts], role: 'model' },
        finishReason: finishOf(answer),
        index: 0,
      },
    ],
    ...tailOf(writing, answer.outputTokens),
  });
}

function thoughtParts(pieces: readonly string[] = []): unknown[] {
  return pieces.map((text) => ({ text, thought: true }));
}

/** A text is signed at its end; nobody has to bring that signature back. */
function signatureOf(answer: Answer): { thoughtSignature?: string } {
  return answer.reasoning === undefined
    ? {}
    : { thoughtSignature: seal(answer.reasoning.pieces.join('')) };
}

const argumentsSchema = z.record(z.string(), z.unknown());

/** Calls come whole, and where the model thought, the first of them is signed. */
function callParts({ provider, request, answer }: Writing): unknown[] {
  if (answer.kind === 'text') return [];
  return answer.calls.map(({ id, name, pieces }, index) => {
    const args = argumentsSchema.parse(JSON.parse(pieces.join('')));
    const isThinker = answer.reasoning !== undefined || isGemini3(request.model);
    return {
      functionCall: { ...(provider === 'gemini' ? { id } : {}), name, args },
      ...(isThinker && index === 0 ? { thoughtSignature: seal(callContent({ name, args })) } : {}),
    };
  });
}

/** `STOP` also with function calls: Gemini never says otherwise. */
function finishOf(answer: Answer): string {
  return answer.kind === 'text' && answer.finish === 'length' ? 'MAX_TOKENS' : 'STOP';
}

/** Thoughts are counted apart from the answer. */
function tailOf(
  { provider, request, answer, label }: Writing,
  outputTokens: number,
): Record<string, unknown> {
  const thoughts = answer.reasoning?.tokens;
  return {
    usageMetadata: {
      promptTokenCount: request.inputTokens,
      candidatesTokenCount: outputTokens,
      totalTokenCount: request.inputTokens + outputTokens + (thoughts ?? 0),
      ...(thoughts === undefined ? {} : { thoughtsTokenCount: thoughts }),
      ...(provider === 'vertex' ? { trafficType: 'ON_DEMAND' } : {}),
    },
    modelVersion: request.model,
    responseId: label.id,
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
