/** What is said of a set of measurements: where half and 99 of a hundred of them lie, and the worst. */
export interface Spread {
  readonly count: number;
  readonly p50: number;
  /** Of fewer than 100 values this is the largest. */
  readonly p99: number;
  readonly max: number;
}

/** Undefined: nothing was measured. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const p50 = quantile(sorted, 0.5);
  const p99 = quantile(sorted, 0.99);
  const max = sorted.at(-1);
  if (p50 === undefined || p99 === undefined || max === undefined) return undefined;
  return { count: sorted.length, p50, p99, max };
}

/**
 * The nearest-rank quantile of values that are sorted upwards: the smallest of them that at least `share` (0 to 1) of
 * all do not exceed. It is always one of the values, never something between two.
 */
export function quantile(sorted: readonly number[], share: number): number | undefined {
  const rank = Math.max(1, Math.ceil(sorted.length * share));
  return sorted[rank - 1];
}
