import { describe, expect, it } from 'vitest';
import type { LimitHint } from '../../shared/ports/provider.ts';
import { ShortHolds } from './short-holds.ts';

const NOW_MS = 1_000_000;

describe('ShortHolds', () => {
  it.each<[string, LimitHint[], number]>([
    ['an exhausted limit until it is whole', [hint(0, 800)], 800],
    ['the longest of several', [hint(0, 800), hint(0, 900), hint(0, 100)], 900],
    ['nothing while something is left', [hint(1, 800)], 0],
    ['nothing where no end is known', [hint(0)], 0],
    ['nothing that takes long: the router decides', [hint(0, 5_001)], 0],
  ])('holds %s', (_what, hints, expected) => {
    const holds = new ShortHolds();

    holds.note('one/a', hints, NOW_MS);

    expect(holds.waitMs('one/a', NOW_MS)).toBe(expected);
    expect(holds.waitMs('one/b', NOW_MS)).toBe(0);
  });

  it('ends by itself', () => {
    const holds = new ShortHolds();
    holds.note('one/a', [hint(0, 800)], NOW_MS);

    expect(holds.waitMs('one/a', NOW_MS + 799)).toBe(1);
    expect(holds.waitMs('one/a', NOW_MS + 800)).toBe(0);
  });
});

function hint(remaining: number, resetMs?: number): LimitHint {
  return { of: 'requests', remaining, ...(resetMs === undefined ? {} : { resetMs }) };
}
