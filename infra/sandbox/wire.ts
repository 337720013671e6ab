import type { SandboxProvider } from './faults.ts';

/** What the sandbox needs of a request, whichever format it came in. */
export interface SandboxRequest {
  readonly model: string;
  readonly stream: boolean;
  /** OpenAI reports the usage of a stream only on request; the others always do. */
  readonly includeUsage: boolean;
  /** Text of the last user message. */
  readonly prompt: string;
  /** Estimate: all text of the request, four characters a token. */
  readonly inputTokens: number;
  readonly tools: readonly SandboxTool[];
  readonly toolChoice: 'auto' | 'none' | 'required' | { readonly name: string };
  readonly parallelToolCalls: boolean;
  /** True when the last message brings results of tools: the answer is then text. */
  readonly hasToolResults: boolean;
  /** JSON is wanted. `schema` undefined: any object. */
  readonly json: { readonly schema: unknown } | undefined;
  readonly maxTokens: number | undefined;
  /** Texts that end the answer where they would stand in it. */
  readonly stop: readonly string[];
  /** Whether the model thinks before it answers, and whether the client gets to see that. */
  readonly reasoning: 'none' | 'hidden' | 'shown';
  /** What came as images, in order: base64 without its frame, or an address. */
  readonly images: readonly string[];
  /** How many pieces of earlier reasoning came back: texts, signed blocks, encrypted items. */
  readonly reasoningReturned: number;
}

export interface SandboxTool {
  readonly name: string;
  readonly parameters: unknown;
}

/** An answer in pieces, before it is put into a wire format. One piece is one delta. */
export type Answer = PlainAnswer & {
  /** Undefined: the request did not ask for any. */
  readonly reasoning: AnswerReasoning | undefined;
};

export interface AnswerReasoning {
  readonly pieces: readonly string[];
  readonly tokens: number;
}

/** An answer without what the model thought before it. */
export type PlainAnswer = (
  | {
      readonly kind: 'text';
      readonly pieces: readonly string[];
      readonly finish: 'stop' | 'length';
      /** The text of the request's `stop` that ended the answer. */
      readonly stopText: string | undefined;
    }
  | { readonly kind: 'tools'; readonly calls: readonly AnswerToolCall[] }
) & {
  /** Without the tokens of the reasoning. */
  readonly outputTokens: number;
};

export interface AnswerToolCall {
  readonly id: string;
  readonly name: string;
  /** Pieces of the JSON text of the arguments. */
  readonly pieces: readonly string[];
}

/** A streamed answer as prebuilt text: the streaming loop only joins and writes. */
export interface Frames {
  readonly opening: string;
  readonly deltas: readonly string[];
  /** Holds the provider's end marker. */
  readonly closing: string;
}

export interface WireError {
  readonly status: number;
  readonly message: string;
  /** Seconds. */
  readonly retryAfter?: number | undefined;
  /** The provider's own name of the error. Absent: the one that its status mostly has. */
  readonly code?: string | undefined;
  /** The field that is to blame. */
  readonly param?: string | undefined;
}

/** Why a request is refused, in the words of the provider. */
export interface Refusal extends Omit<WireError, 'status' | 'retryAfter'> {
  /** Default: 400. */
  readonly status?: number | undefined;
}

export interface ErrorReply {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Names one answer inside the wire formats. */
export interface AnswerLabel {
  readonly id: string;
  /** Epoch ms. */
  readonly createdAt: number;
}

export type ParseResult =
  | {
      readonly ok: true;
      readonly value: SandboxRequest;
      /** The format as this request wants it. Absent: that of the path. */
      readonly format?: WireFormat | undefined;
    }
  | { readonly ok: false; readonly refusal: Refusal };

/** One provider's format, both ways. */
export interface WireFormat {
  readonly provider: SandboxProvider;
  frames(request: SandboxRequest, answer: Answer, label: AnswerLabel): Frames;
  whole(request: SandboxRequest, answer: Answer, label: AnswerLabel): string;
  error(error: WireError): ErrorReply;
  /** The content type of a streamed answer. Absent: that of server-sent events. */
  readonly streamType?: string | undefined;
  /** The status that says "overloaded". */
  readonly overloadedStatus: number;
  /** The code that says so where the status alone does not. */
  readonly overloadedCode?: string | undefined;
  /** The error event of an overloaded provider inside a 200 stream. */
  readonly overloadedEvent: string;
}

export function refuse(message: string, more: Omit<Refusal, 'message'> = {}): ParseResult {
  return { ok: false, refusal: { message, ...more } };
}

const CHARACTERS_PER_TOKEN = 4;

/** At least 1: a provider never reports an empty input. */
export function estimateTokens(texts: readonly string[]): number {
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  return Math.max(1, Math.ceil(characters / CHARACTERS_PER_TOKEN));
}

/** All text of a request and the declarations of its tools. */
export function estimateInput(
  texts: readonly (string | null | undefined)[],
  tools: readonly unknown[] = [],
): number {
  const declared = tools.length === 0 ? '' : JSON.stringify(tools);
  return estimateTokens([...texts.map((text) => text ?? ''), declared]);
}

/** The words a provider would use for a status, for error messages. */
export function sandboxErrorMessage(status: number): string {
  return `[sandbox] Error ${status} on purpose: a fault of the sandbox, no real provider was called.`;
}

/** All tokens of an answer, for the providers that count reasoning as output. */
export function billedTokens(answer: Answer): number {
  return answer.outputTokens + (answer.reasoning?.tokens ?? 0);
}
