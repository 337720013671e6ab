import { describe, expect, it } from 'vitest';
import { progressBar } from './progress-bar.ts';

describe('progressBar', () => {
  it.each([
    [0, 60, 0],
    [30, 60, 15],
    [59, 60, 29],
    [60, 60, 30],
    [61, 60, 30],
    [0, 0, 30],
  ])('of %d of %d has %d full cells of 30', (done, total, full) => {
    const bar = progressBar(done, total);

    expect(bar).toBe(`[${'█'.repeat(full)}${'░'.repeat(30 - full)}]`);
  });
});
