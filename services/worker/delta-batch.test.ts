import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeltaPart } from '../../shared/contracts/events/job-entry.ts';
import { type ReasoningBlock, ReasoningDetails } from '../../shared/contracts/reasoning-detail.ts';
import { DeltaBatch } from './delta-batch.ts';

const MAX_PART = 32_768;
const MAX_ENTRY = 131_072;

type Added =
  | { readonly type: 'text' | 'reasoning'; readonly text: string }
  | { readonly type: 'toolCall'; readonly index: number; readonly arguments: string };

describe('DeltaBatch', () => {
  it('joins neighbours of one kind and keeps the order of different ones', () => {
    const batch = new DeltaBatch();
    batch.addReasoning('Hm');
    batch.addReasoning('.');
    batch.addText('Bl');
    batch.addText('ue');
    batch.addReasoning('Done');

    expect(batch.take()).toEqual([
      { type: 'reasoning', text: 'Hm.' },
      { type: 'text', text: 'Blue' },
      { type: 'reasoning', text: 'Done' },
    ]);
  });

  it('joins the pieces of one tool call and never those of two', () => {
    const batch = new DeltaBatch();
    batch.addToolCall(0, { id: 'a', name: 'find', argumentsDelta: '{' });
    batch.addToolCall(0, { argumentsDelta: '}' });
    batch.addToolCall(1, { id: 'b', name: 'find' });
    batch.addToolCall(0, { argumentsDelta: ' ' });

    expect(batch.take()).toEqual([
      { type: 'toolCall', index: 0, id: 'a', name: 'find', arguments: '{}' },
      { type: 'toolCall', index: 1, id: 'b', name: 'find' },
      { type: 'toolCall', index: 0, arguments: ' ' },
    ]);
  });

  it('joins the text of one block of reasoning, and keeps its signature and the next block apart', () => {
    const first: ReasoningBlock = { index: 0, format: 'anthropic-claude-v1' };
    const second: ReasoningBlock = { index: 1, format: 'anthropic-claude-v1' };
    const batch = new DeltaBatch();
    batch.addReasoning('Hm', first);
    batch.addReasoning('.', first);
    batch.addReasoning('', { ...first, signature: 's' });
    batch.addReasoning('So', second);
    batch.addReasoning(' loose');

    expect(batch.take()).toEqual([
      { type: 'reasoning', text: 'Hm.', block: first },
      { type: 'reasoning', text: '', block: { ...first, signature: 's' } },
      { type: 'reasoning', text: 'So', block: second },
      { type: 'reasoning', text: ' loose' },
    ]);
  });

  it('cuts a block that is longer than a part, and a reader joins the very same block', () => {
    const block: ReasoningBlock = { index: 0, format: 'openai-responses-v1', id: 'rs_1' };
    const data = '0123456789'.repeat(10_000);
    const batch = new DeltaBatch();
    const details = new ReasoningDetails();
    batch.addReasoning('', { ...block, data });

    const parts: DeltaPart[] = [];
    while (!batch.isEmpty) parts.push(...batch.take());

    for (const part of parts) {
      if (part.type === 'reasoning' && part.block !== undefined) details.add(part.text, part.block);
    }
    expect(parts.length).toBe(4);
    expect(batch.characters).toBe(0);
    expect(details.list()).toEqual([
      { type: 'reasoning.encrypted', format: 'openai-responses-v1', id: 'rs_1', data },
    ]);
  });

  it('is empty after everything is taken, and what is added then is new', () => {
    const batch = new DeltaBatch();
    batch.addText('old');
    const taken = batch.take();

    batch.addText('new');

    expect(taken).toEqual([{ type: 'text', text: 'old' }]);
    expect(batch.take()).toEqual([{ type: 'text', text: 'new' }]);
    expect([batch.isEmpty, batch.characters]).toEqual([true, 0]);
  });

  it('cuts a long text before a character of two units, not through it', () => {
    const batch = new DeltaBatch();

    batch.addText(`${'x'.repeat(MAX_PART - 1)}😀!`);

    expect(batch.take().map((part) => textOf(part).length)).toEqual([MAX_PART - 1, 3]);
  });

  it('gives out everything once, in order and whole, in parts and entries of bounded size', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(added, fc.boolean()), { maxLength: 30 }), (additions) => {
        const batch = new DeltaBatch();
        const entries: DeltaPart[][] = [];

        for (const [one, takesNow] of additions) {
          add(batch, one);
          if (takesNow) entries.push(batch.take());
        }
        while (!batch.isEmpty) entries.push(batch.take());

        const parts = entries.flat();
        expect(runsOf(parts)).toEqual(runsOf(additions.map(([one]) => one)));
        expect(Math.max(0, ...parts.map((part) => textOf(part).length))).toBeLessThanOrEqual(
          MAX_PART,
        );
        expect(Math.max(0, ...entries.map(lengthOf))).toBeLessThanOrEqual(MAX_ENTRY);
        expect(parts.filter((part) => !textOf(part).isWellFormed())).toEqual([]);
        expect(batch.characters).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('counts the characters that wait', () => {
    fc.assert(
      fc.property(fc.array(added, { maxLength: 10 }), (additions) => {
        const batch = new DeltaBatch();

        for (const one of additions) add(batch, one);

        expect(batch.characters).toBe(lengthOf(additions));
      }),
      { numRuns: 30 },
    );
  });
});

/** Short pieces, and now and then one that is longer than a part or an entry, with characters of two units. */
const text = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'binary', minLength: 1 }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('a', '😀', 'é😀'), fc.integer({ min: 1, max: 150_000 }))
      .map(([unit, count]) => unit.repeat(Math.ceil(count / unit.length))),
  },
);

const added: fc.Arbitrary<Added> = fc.oneof(
  fc.record({ type: fc.constantFrom('text' as const, 'reasoning' as const), text }),
  fc.record({ type: fc.constant('toolCall' as const), index: fc.nat(1), arguments: text }),
);

function add(batch: DeltaBatch, one: Added): void {
  if (one.type === 'toolCall') batch.addToolCall(one.index, { argumentsDelta: one.arguments });
  else if (one.type === 'text') batch.addText(one.text);
  else batch.addReasoning(one.text);
}

function textOf(part: DeltaPart | Added): string {
  return part.type === 'toolCall' ? (part.arguments ?? '') : part.text;
}

function lengthOf(parts: readonly (DeltaPart | Added)[]): number {
  return parts.reduce((sum, part) => sum + textOf(part).length, 0);
}

/** What a reader sees: neighbours of one kind joined, however they were cut. */
function runsOf(parts: readonly (DeltaPart | Added)[]): [kind: string, text: string][] {
  const runs: [string, string][] = [];
  for (const part of parts) {
    const kind = part.type === 'toolCall' ? `call ${String(part.index)}` : part.type;
    const last = runs.at(-1);
    if (last?.[0] === kind) last[1] += textOf(part);
    else runs.push([kind, textOf(part)]);
  }
  return runs;
}
