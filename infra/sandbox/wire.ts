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
}

export interface SandboxTool {
  readonly name: string;
  readonly parameters: unknown;
}

/** An answer in pieces, before it is put into a wire format. One piece is one delta. */
export type Answer = (
  | {
      readonly kind: 'text';
      readonly pieces: readonly string[];
      readonly finish: 'stop' | 'length';
    }
  | { readonly kind: 'tools'; readonly calls: readonly AnswerToolCall[] }
) & { readonly outputTokens: number };

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
  | { readonly ok: true; readonly value: SandboxRequest }
  | { readonly ok: false; readonly error: string };

/** One provider's format, both ways. */
export interface WireFormat {
  readonly provider: SandboxProvider;
  frames(request: SandboxRequest, answer: Answer, label: AnswerLabel): Frames;
  whole(request: SandboxRequest, answer: Answer, label: AnswerLabel): string;
  error(error: WireError): ErrorReply;
  /** The status that says "overloaded". */
  readonly overloadedStatus: number;
  /** The error event of an overloaded provider inside a 200 stream. */
  readonly overloadedEvent: string;
}

const CHARACTERS_PER_TOKEN = 4;

/** At least 1: a provider never reports an empty input. */
export function estimateTokens(texts: readonly string[]): number {
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  return Math.max(1, Math.ceil(characters / CHARACTERS_PER_TOKEN));
}

/** The words a provider would use for a status, for error messages. */
export function sandboxErrorMessage(status: number): string {
  return `[sandbox] Error ${status} on purpose: a fault of the sandbox, no real provider was called.`;
}
