import { z } from 'zod';

const MAX_WAIT_MS = 3_600_000;
const MAX_DELTAS = 100_000;

/** How fast and how long an answer is. Every field may be left out; what is left out comes from the next wider level. */
export const paceSchema = z.strictObject({
  /** From the request to the first delta. */
  ttftMs: z.number().min(0).max(MAX_WAIT_MS).optional(),
  /** Between two deltas. 0: as fast as the reader takes them. */
  gapMs: z.number().min(0).max(MAX_WAIT_MS).optional(),
  /** Number of deltas of a text answer. */
  deltas: z.number().int().min(1).max(MAX_DELTAS).optional(),
  /** Words in a delta of a text answer. */
  words: z.number().int().min(1).max(1_000).optional(),
});

export type PaceSettings = z.infer<typeof paceSchema>;

/** A pace with nothing left open but the number of deltas, which the answer's own length decides when nobody sets it. */
export interface Pace {
  readonly ttftMs: number;
  readonly gapMs: number;
  readonly deltas: number | undefined;
  readonly words: number;
}

/** The narrowest level wins field by field; below all of them stands the model's own default. */
export function resolvePace(model: string, levels: readonly (PaceSettings | undefined)[]): Pace {
  const defaults = defaultPace(model);
  const first = (field: keyof PaceSettings): number | undefined =>
    levels.find((level) => level?.[field] !== undefined)?.[field];

  return {
    ttftMs: first('ttftMs') ?? defaults.ttftMs,
    gapMs: first('gapMs') ?? defaults.gapMs,
    deltas: first('deltas'),
    words: first('words') ?? defaults.words,
  };
}

/** Cheap models are the faster ones, as with the real providers; told by the words in their names. */
function defaultPace(model: string): { ttftMs: number; gapMs: number; words: number } {
  if (/nano|(?<!ge)mini|luna|lite|haiku|small/i.test(model))
    return { ttftMs: 40, gapMs: 5, words: 2 };
  if (/astra|sol|opus|fable|[-.]pro|large/i.test(model))
    return { ttftMs: 120, gapMs: 15, words: 2 };
  return { ttftMs: 80, gapMs: 9, words: 2 };
}
