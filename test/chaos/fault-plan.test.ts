import { expect, it } from 'vitest';
import { FAULT_KINDS, planFaults } from './fault-plan.ts';

const OPTIONS = { durationMs: 120_000, workers: 3 };

it('plans the same faults for the same seed, and others for another', () => {
  const first = planFaults({ ...OPTIONS, seed: 7 });

  expect(planFaults({ ...OPTIONS, seed: 7 })).toEqual(first);
  expect(planFaults({ ...OPTIONS, seed: 8 })).not.toEqual(first);
});

it('enables a subset that differs between seeds, always with dead or paused workers', () => {
  const subsets = Array.from({ length: 50 }, (_, seed) => planFaults({ ...OPTIONS, seed }).enabled);

  expect(new Set(subsets.map((subset) => subset.toSorted().join())).size).toBeGreaterThan(20);
  for (const subset of subsets) {
    expect(subset.includes('kill service') || subset.includes('pause worker')).toBe(true);
    expect(new Set(subset).size).toBe(subset.length);
  }
});

it('never has two faults on one target at once, and all are over at the end', () => {
  const { faults } = planFaults({ ...OPTIONS, seed: 3, kinds: FAULT_KINDS });

  const busyUntil = new Map<string, number>();
  for (const fault of faults) {
    expect(fault.atMs).toBeGreaterThanOrEqual(busyUntil.get(fault.target) ?? 0);
    expect(fault.atMs + fault.durationMs).toBeLessThanOrEqual(OPTIONS.durationMs);
    busyUntil.set(fault.target, fault.atMs + fault.durationMs);
  }
  expect(new Set(faults.map((fault) => fault.kind)).size).toBe(FAULT_KINDS.length);
});
