import { z } from 'zod';

/**
 * Reasoning that a provider wants back unchanged in the next turn of a tool conversation. The names are those of
 * OpenRouter's `reasoning_details`, which clients of several gateways know; the same objects stand in our own API.
 */
const MAX_TEXT = 8_000_000;

/** Whose reasoning it is. A provider is only ever given back its own. */
export const REASONING_FORMATS = [
  'anthropic-claude-v1',
  'openai-responses-v1',
  'google-gemini-v1',
] as const;

const place = {
  format: z.enum(REASONING_FORMATS),
  /** The provider's own name of the block; for Gemini the id of the tool call that a signature belongs to. */
  id: z.string().min(1).max(256).optional(),
  /** How many tool calls of the answer came before it. Absent: none. */
  position: z.number().int().min(0).max(256).optional(),
};

export const reasoningDetailSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('reasoning.text'),
    ...place,
    text: z.string().max(MAX_TEXT),
    signature: z.string().max(MAX_TEXT).optional(),
  }),
  z.strictObject({
    type: z.literal('reasoning.encrypted'),
    ...place,
    data: z.string().max(MAX_TEXT),
  }),
]);

export type ReasoningDetail = z.infer<typeof reasoningDetailSchema>;

/** A piece of one detail, as it comes in a stream: `signature` and `data` pieces are joined in order. */
export const reasoningBlockSchema = z.object({
  /** Which of the answer's details, from 0. */
  index: z.number().int().nonnegative(),
  format: z.enum(REASONING_FORMATS),
  // Without the bounds of a request: an entry that was stored must be readable, whatever a provider called it.
  id: z.string().optional(),
  position: z.number().int().nonnegative().optional(),
  signature: z.string().optional(),
  data: z.string().optional(),
});

export type ReasoningBlock = z.infer<typeof reasoningBlockSchema>;

interface Joined {
  place: Pick<ReasoningDetail, 'format' | 'id' | 'position'>;
  text: string;
  signature: string;
  data: string;
}

/** Joins the pieces of the details of one answer. */
export class ReasoningDetails {
  readonly #details = new Map<number, Joined>();

  /** Takes the next piece and the reasoning text that came with it. */
  add(text: string, { index, signature = '', data = '', ...place }: ReasoningBlock): void {
    const joined = this.#details.get(index) ?? { place, text: '', signature: '', data: '' };
    joined.place = place;
    joined.text += text;
    joined.signature += signature;
    joined.data += data;
    this.#details.set(index, joined);
  }

  /** In the order in which they began. */
  list(): ReasoningDetail[] {
    return [...this.#details.values()].map(({ place, text, signature, data }) => {
      if (data !== '') return { type: 'reasoning.encrypted', ...place, data };
      return { type: 'reasoning.text', ...place, text, ...(signature === '' ? {} : { signature }) };
    });
  }
}
