import { describe, expect, it } from 'vitest';
import { quantile, spreadOf } from './quantile.ts';

const ONE_TO_HUNDRED = Array.from({ length: 100 }, (_, index) => index + 1);

describe('quantile', () => {
  it.each([
    [0, 1],
    [0.5, 50],
    [0.99, 99],
    [1, 100],
  ])('of 1 to 100 at %d is %d', (share, expected) => {
    const found = quantile(ONE_TO_HUNDRED, share);

    expect(found).toBe(expected);
  });

  it('is the only value where there is one', () => {
    const found = quantile([7], 0.5);

    expect(found).toBe(7);
  });

  it('of nothing is undefined', () => {
    const found = quantile([], 0.5);

    expect(found).toBeUndefined();
  });
});

describe('spreadOf', () => {
  it('sorts by size, not by text, and leaves the values as they were', () => {
    const values = [100, 9, 20];

    const spread = spreadOf(values);

    expect(spread).toEqual({ count: 3, p50: 20, p99: 100, max: 100 });
    expect(values).toEqual([100, 9, 20]);
  });

  it('keeps one outlier of a hundred out of p99 and shows it as the worst', () => {
    const values = [...ONE_TO_HUNDRED.slice(0, 99), 5_000];

    const spread = spreadOf(values);

    expect(spread).toMatchObject({ p99: 99, max: 5_000 });
  });

  it('of nothing is undefined', () => {
    const spread = spreadOf([]);

    expect(spread).toBeUndefined();
  });
});
