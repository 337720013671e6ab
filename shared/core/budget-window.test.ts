import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BUCKET_MS,
  type BudgetPeriod,
  type BudgetWindow,
  bookedNanoUsd,
  emptyWindow,
  reserveBudget,
  settleBudget,
  WINDOW_BUCKETS,
} from './budget-window.ts';

const LIMIT = 1_000;
const START_MS = Date.parse('2026-11-22T12:00:00Z');

/** A reservation that is open, and one that ended with its cost at its time. */
interface Job {
  readonly reservedNanoUsd: number;
  settled?: { readonly atMs: number; readonly costNanoUsd: number };
}

interface System {
  window: BudgetWindow;
  nowMs: number;
}

interface Model {
  readonly jobs: Job[];
}

class Reserve implements fc.Command<Model, System> {
  readonly #amount: number;
  constructor(amount: number) {
    this.#amount = amount;
  }
  check = () => true;
  run(model: Model, system: System): void {
    const reservation = reserveBudget(system.window, this.#amount, system.nowMs);
    if (reservation.kind === 'reserved') {
      system.window = reservation.window;
      model.jobs.push({ reservedNanoUsd: this.#amount });
    }
    checkInvariants(model, system);
  }
  toString = () => `reserve ${String(this.#amount)}`;
}

/** A completed job costs a part of its worst case; a cancelled, expired or failed one may cost nothing. */
class Settle implements fc.Command<Model, System> {
  readonly #pick: number;
  readonly #share: number;
  constructor(pick: number, share: number) {
    this.#pick = pick;
    this.#share = share;
  }
  check = (model: Readonly<Model>) => model.jobs.some((job) => job.settled === undefined);
  run(model: Model, system: System): void {
    const open = model.jobs.filter((job) => job.settled === undefined);
    const job = open[this.#pick % open.length];
    if (job === undefined) return;
    const { reservedNanoUsd } = job;
    const costNanoUsd = Math.floor(reservedNanoUsd * this.#share);
    job.settled = { atMs: system.nowMs, costNanoUsd };
    system.window = settleBudget(system.window, { reservedNanoUsd, costNanoUsd }, system.nowMs);
    checkInvariants(model, system);
  }
  toString = () => `settle ${String(this.#pick)} at ${String(this.#share)}`;
}

class Pass implements fc.Command<Model, System> {
  readonly #ms: number;
  constructor(ms: number) {
    this.#ms = ms;
  }
  check = () => true;
  run(model: Model, system: System): void {
    system.nowMs += this.#ms;
    checkInvariants(model, system);
  }
  toString = () => `pass ${String(this.#ms)} ms`;
}

/** I8 from the jobs themselves, not from the window's own sums: what ended in the last window, and what is open. */
function checkInvariants({ jobs }: Model, { window, nowMs }: System): void {
  const windowMs = window.bucketMs * WINDOW_BUCKETS;
  const open = jobs.filter((job) => job.settled === undefined);
  const reserved = open.reduce((sum, job) => sum + job.reservedNanoUsd, 0);
  const spent = jobs.reduce((sum, { settled }) => {
    const counts = settled !== undefined && nowMs - settled.atMs < windowMs;
    return counts ? sum + settled.costNanoUsd : sum;
  }, 0);
  expect(window.reservedNanoUsd).toBe(reserved);
  expect(spent + reserved).toBeLessThanOrEqual(LIMIT);
  expect(bookedNanoUsd(window, nowMs)).toBeGreaterThanOrEqual(spent);
  expect(window.booked.size).toBeLessThanOrEqual(WINDOW_BUCKETS + 2);
}

describe('the window of a budget', () => {
  it.each<BudgetPeriod>(['minute', 'hour', 'day', 'month'])(
    'of a %s is never overspent and leaks nothing, whatever is reserved, settled and waited for',
    (period) => {
      const bucketMs = BUCKET_MS[period];
      const commands = fc.commands(
        [
          fc.integer({ min: 0, max: 600 }).map((amount) => new Reserve(amount)),
          fc
            .tuple(fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }))
            .map(([pick, share]) => new Settle(pick, share)),
          fc.integer({ min: 1, max: bucketMs * 70 }).map((ms) => new Pass(ms)),
          fc.integer({ min: 1, max: bucketMs }).map((ms) => new Pass(ms)),
        ],
        { maxCommands: 60 },
      );

      fc.assert(
        fc.property(commands, (list) => {
          const system = { window: aWindow({ bucketMs }), nowMs: START_MS };
          const model: Model = { jobs: [] };
          fc.modelRun(() => ({ model, real: system }), list);
          for (const job of model.jobs) {
            const { reservedNanoUsd } = job;
            if (job.settled !== undefined) continue;
            const end = { reservedNanoUsd, costNanoUsd: 0 };
            system.window = settleBudget(system.window, end, system.nowMs);
          }
          expect(system.window.reservedNanoUsd).toBe(0);
        }),
        { numRuns: 150 },
      );
    },
  );

  it('has room again exactly when it said', () => {
    const booked = settleBudget(aWindow(), { reservedNanoUsd: 0, costNanoUsd: 900 }, START_MS);

    const refused = reserveBudget(booked, 200, START_MS + 10_000);
    const waitMs = refused.kind === 'over' ? (refused.waitMs ?? 0) : 0;
    const tooSoon = reserveBudget(booked, 200, START_MS + 10_000 + waitMs - 1);
    const inTime = reserveBudget(booked, 200, START_MS + 10_000 + waitMs);

    expect(waitMs).toBe(51_000);
    expect(tooSoon.kind).toBe('over');
    expect(inTime.kind).toBe('reserved');
  });

  it('says to look again soon where open jobs fill it, and nothing to a job larger than all of it', () => {
    const full = reserveBudget(aWindow(), LIMIT, START_MS);
    const window = full.kind === 'reserved' ? full.window : aWindow();

    expect(reserveBudget(window, 1, START_MS)).toEqual({ kind: 'over', waitMs: 1_000 });
    expect(reserveBudget(window, LIMIT + 1, START_MS)).toEqual({ kind: 'over' });
  });

  it('alerts at each share once a window, before the limit', () => {
    let window = aWindow({ alertAt: [0.5, 0.8] });
    const given: number[][] = [];
    const reserve = (amount: number, atMs: number) => {
      const reservation = reserveBudget(window, amount, atMs);
      if (reservation.kind !== 'reserved') throw new Error('it must fit');
      given.push([...reservation.alerts]);
      window = settleBudget(reservation.window, { reservedNanoUsd: amount, costNanoUsd: 0 }, atMs);
    };

    for (const [amount, atMs] of [
      [499, 0],
      [500, 0],
      [900, 1],
      [900, 59_999],
      [900, 60_001],
    ] as const) {
      reserve(amount, START_MS + atMs);
    }

    expect(given).toEqual([[], [0.5], [0.8], [], [0.5, 0.8]]);
  });
});

function aWindow(overrides: Partial<BudgetWindow> = {}): BudgetWindow {
  return emptyWindow({ bucketMs: 1_000, limitNanoUsd: LIMIT, alertAt: [], ...overrides });
}
