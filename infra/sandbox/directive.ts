import { z } from 'zod';
import { type Fault, faultSchema } from './faults.ts';
import { type PaceSettings, paceSchema } from './pace.ts';

/**
 * Directives in the last user message steer one request. Any number of blocks of the form
 *
 *   {{sandbox ttft=20 gap=4 deltas=50 words=1 text=oracle tag=job-7}}
 *   {{sandbox fault=reset at=7 times=1 model=gpt-6-luna}}
 *   {{sandbox fault=status status=429 retry-after=2 provider=openai}}
 *
 * Keys: `ttft`, `gap` (ms), `deltas`, `words`; `text` = `oracle` or `prose`; `tag` names the call in the record;
 * `fault` with `status`, `retry-after` (s), `at`, `times`, `model`, `provider`, `drip` (ms), see faults.ts.
 */
export interface Directive {
  readonly pace: PaceSettings;
  readonly faults: readonly Fault[];
  readonly text: TextMode | undefined;
  readonly tag: string | undefined;
  /** The prompt without the directive blocks. */
  readonly rest: string;
}

export type TextMode = 'oracle' | 'prose';

export type DirectiveResult =
  | { readonly ok: true; readonly value: Directive }
  /** The blocks are wrong: the caller answers 400, so that a typing error in a test is never a silent pass. */
  | { readonly ok: false; readonly error: string };

const BLOCK = /\{\{sandbox\b([^{}]{0,1000})\}\}/g;
const MAX_TAG_LENGTH = 128;

const number = z
  .string()
  .regex(/^\d+(\.\d+)?$/, 'a number')
  .transform(Number);

const blockSchema = z.strictObject({
  ttft: number.optional(),
  gap: number.optional(),
  deltas: number.optional(),
  words: number.optional(),
  text: z.enum(['oracle', 'prose']).optional(),
  tag: z.string().max(MAX_TAG_LENGTH).optional(),
  fault: z.string().optional(),
  status: number.optional(),
  'retry-after': number.optional(),
  at: number.optional(),
  times: number.optional(),
  model: z.string().optional(),
  provider: z.string().optional(),
  drip: number.optional(),
});

export function parseDirective(prompt: string): DirectiveResult {
  let pace: PaceSettings = {};
  let text: TextMode | undefined;
  let tag: string | undefined;
  const faults: Fault[] = [];

  for (const [, body = ''] of prompt.matchAll(BLOCK)) {
    const block = parseBlock(body);
    if (!block.ok) return block;
    pace = { ...pace, ...block.pace };
    text = block.text ?? text;
    tag = block.tag ?? tag;
    if (block.fault !== undefined) faults.push(block.fault);
  }
  return {
    ok: true,
    value: { pace, faults, text, tag, rest: prompt.replaceAll(BLOCK, ' ').trim() },
  };
}

type BlockResult =
  | {
      readonly ok: true;
      readonly pace: PaceSettings;
      readonly fault: Fault | undefined;
      readonly text: TextMode | undefined;
      readonly tag: string | undefined;
    }
  | { readonly ok: false; readonly error: string };

function parseBlock(body: string): BlockResult {
  const words = body.split(/\s+/).filter((word) => word !== '');
  const block = blockSchema.safeParse(Object.fromEntries(words.map(splitOnce)));
  if (!block.success) return refused(block.error);
  const { ttft, gap, deltas, words: wordsADelta, text, tag, ...rest } = block.data;
  const pace = paceSchema.safeParse(
    given({ ttftMs: ttft, gapMs: gap, deltas, words: wordsADelta }),
  );
  if (!pace.success) return refused(pace.error);

  const { 'retry-after': retryAfter, drip, ...same } = rest;
  const faultFields = given({ ...same, retryAfter, dripMs: drip });
  if (Object.keys(faultFields).length === 0)
    return { ok: true, pace: pace.data, fault: undefined, text, tag };
  const fault = faultSchema.safeParse(faultFields);
  if (!fault.success) return refused(fault.error);
  return { ok: true, pace: pace.data, fault: fault.data, text, tag };
}

/** Without the fields that the block does not name: they must not hide those of an earlier block. */
function given(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function refused(error: z.ZodError): { readonly ok: false; readonly error: string } {
  return { ok: false, error: `sandbox directive: ${z.prettifyError(error)}` };
}

function splitOnce(word: string): [string, string] {
  const at = word.indexOf('=');
  return at < 0 ? [word, ''] : [word.slice(0, at), word.slice(at + 1)];
}
