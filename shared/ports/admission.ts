import type { Budget, KeyLimits } from '../contracts/config/budgets.ts';

/** What a job must be covered by before it is stored: all of it is taken with the record, or none. */
export interface Admission {
  /** Jobs without an end in the whole system. */
  readonly maxOpenJobs: number;
  /** Absent: the key may ask for anything. */
  readonly key?: KeyAdmission;
  /** Absent: no budget applies. */
  readonly reservation?: Reservation;
}

export interface KeyAdmission {
  readonly limits: KeyLimits;
  /** Estimated, of input and answer. */
  readonly tokens: number;
}

export interface Reservation {
  /** The most that the job can cost. */
  readonly amountNanoUsd: number;
  readonly budgets: readonly Budget[];
}

/** Why a job was not taken. `waitMs` = when the same job may fit; absent for a budget that is too small for it. */
export type Refusal =
  | { readonly by: 'open-jobs' | 'concurrent-jobs' | 'minute'; readonly waitMs: number }
  | { readonly by: 'budget'; readonly budget: Budget; readonly waitMs?: number };

/** A share of a budget that a reservation reached, for the first time in the budget's window. */
export interface ReachedShare {
  readonly budget: Budget;
  readonly share: number;
  /** Booked and reserved. */
  readonly usedNanoUsd: number;
}
