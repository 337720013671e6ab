import type { ReasoningBlock, ReasoningDetail } from '../../../contracts/reasoning-detail.ts';

const FORMAT = 'google-gemini-v1';

/** Where a signature stood in an answer. */
export interface SignedPlace {
  readonly signature: string;
  /** The number of signatures before it. */
  readonly index: number;
  /** The number of tool calls before it. */
  readonly toolCallCount: number;
  /** What was signed: the call of that id, text, or nothing, which is a part with a signature alone. */
  readonly of: { readonly callId: string } | 'text' | 'nothing';
}

/** A signature on text is a `signature`, because there is something that it signs; others are opaque as a whole. */
export function signatureBlock({
  signature,
  index,
  toolCallCount,
  of,
}: SignedPlace): ReasoningBlock {
  const place = {
    index,
    format: FORMAT,
    ...(toolCallCount === 0 ? {} : { position: toolCallCount }),
  } as const;
  if (of === 'text') return { ...place, signature };
  return of === 'nothing'
    ? { ...place, data: signature }
    : { ...place, id: of.callId, data: signature };
}

/** The signatures of an answer, by where they go back. */
export interface AnswerSignatures {
  /** By the id of the call. */
  readonly ofCalls: ReadonlyMap<string, string>;
  /** Of the last text. */
  readonly ofText?: string | undefined;
  /** Those that were parts of their own, before the first call. */
  readonly beforeCalls: readonly string[];
  /** Likewise after it. */
  readonly afterCalls: readonly string[];
}

/** Google's own among the details; another provider's mean nothing to it. */
export function readSignatures(details: readonly ReasoningDetail[] = []): AnswerSignatures {
  const own = details.filter(({ format }) => format === FORMAT);
  const opaque = own.filter((detail) => detail.type === 'reasoning.encrypted');
  const alone = opaque.filter(({ id }) => id === undefined);
  const signed = own.findLast((detail) => detail.type === 'reasoning.text');
  return {
    ofCalls: new Map(opaque.flatMap(({ id, data }) => (id === undefined ? [] : [[id, data]]))),
    ofText: signed?.signature,
    beforeCalls: alone.filter(({ position = 0 }) => position === 0).map(({ data }) => data),
    afterCalls: alone.filter(({ position = 0 }) => position > 0).map(({ data }) => data),
  };
}
