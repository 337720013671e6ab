/**
 * The rolling window of one budget, as a pure state machine: what may be reserved, what a settlement changes, when an
 * alert is due. The Lua of the job store does the same on Redis; a test compares the two step by step.
 *
 * The window slides by buckets of a sixtieth of its length. A bucket counts until it is a whole window past, so no stretch
 * of that length, wherever it begins, holds more than the limit.
 */
export interface BudgetWindow {
  readonly bucketMs: number;
  readonly limitNanoUsd: number;
  /** Shares of the limit, in (0, 1), at which somebody wants to know. */
  readonly alertAt: readonly number[];
  /** Sum of the open reservations. */
  readonly reservedNanoUsd: number;
  /** Booked cost by bucket number. */
  readonly booked: ReadonlyMap<number, number>;
  /** When the alert of a share was last given, epoch ms. */
  readonly alertedAtMs: ReadonlyMap<number, number>;
}

export type BudgetPeriod = 'minute' | 'hour' | 'day' | 'month';

/** Buckets of a window. */
export const WINDOW_BUCKETS = 60;

/** A month is 30 days: the window rolls, it knows no calendar. */
export const BUCKET_MS: Readonly<Record<BudgetPeriod, number>> = {
  minute: 1_000,
  hour: 60_000,
  day: 1_440_000,
  month: 43_200_000,
};

/** When to look again at a budget that open reservations fill: they end at any moment. */
export const RESERVED_WAIT_MS = 1_000;

/** `over`: nothing was reserved. No `waitMs`: the amount is larger than the whole budget, waiting is of no use. */
export type Reservation =
  | { readonly kind: 'reserved'; readonly window: BudgetWindow; readonly alerts: readonly number[] }
  | { readonly kind: 'over'; readonly waitMs?: number };

export function emptyWindow(
  options: Pick<BudgetWindow, 'bucketMs' | 'limitNanoUsd' | 'alertAt'>,
): BudgetWindow {
  return { ...options, reservedNanoUsd: 0, booked: new Map(), alertedAtMs: new Map() };
}

/** Holds `amountNanoUsd`, if booked and reserved money stay within the limit with it (I8). */
export function reserveBudget(
  window: BudgetWindow,
  amountNanoUsd: number,
  nowMs: number,
): Reservation {
  const { limitNanoUsd, reservedNanoUsd } = window;
  const usedNanoUsd = bookedNanoUsd(window, nowMs) + reservedNanoUsd + amountNanoUsd;
  if (usedNanoUsd > limitNanoUsd) return { kind: 'over', ...waitOf(window, amountNanoUsd, nowMs) };
  const alerts = window.alertAt.filter(
    (share) => usedNanoUsd >= share * limitNanoUsd && !wasAlerted(window, share, nowMs),
  );
  const alertedAtMs = new Map([
    ...window.alertedAtMs,
    ...alerts.map((one) => [one, nowMs] as const),
  ]);
  const held = { ...window, reservedNanoUsd: reservedNanoUsd + amountNanoUsd, alertedAtMs };
  return { kind: 'reserved', window: held, alerts };
}

/** Releases a reservation and books what the job really cost, 0 for one that is not billed. */
export function settleBudget(
  window: BudgetWindow,
  { reservedNanoUsd, costNanoUsd }: { reservedNanoUsd: number; costNanoUsd: number },
  nowMs: number,
): BudgetWindow {
  const bucket = Math.floor(nowMs / window.bucketMs);
  const booked = new Map([...window.booked].filter(([at]) => counts(at, bucket)));
  if (costNanoUsd > 0) booked.set(bucket, (booked.get(bucket) ?? 0) + costNanoUsd);
  const left = Math.max(0, window.reservedNanoUsd - reservedNanoUsd);
  return { ...window, reservedNanoUsd: left, booked };
}

/** Booked cost that the window still counts. */
export function bookedNanoUsd({ booked, bucketMs }: BudgetWindow, nowMs: number): number {
  const bucket = Math.floor(nowMs / bucketMs);
  let sum = 0;
  for (const [at, cost] of booked) if (counts(at, bucket)) sum += cost;
  return sum;
}

function counts(bucket: number, current: number): boolean {
  return bucket >= current - WINDOW_BUCKETS;
}

function wasAlerted(
  { alertedAtMs, bucketMs }: BudgetWindow,
  share: number,
  nowMs: number,
): boolean {
  const at = alertedAtMs.get(share);
  return at !== undefined && nowMs - at < bucketMs * WINDOW_BUCKETS;
}

/** Until so many of the oldest buckets have left the window that the amount fits. */
function waitOf(window: BudgetWindow, amountNanoUsd: number, nowMs: number): { waitMs?: number } {
  const { bucketMs, limitNanoUsd, reservedNanoUsd } = window;
  if (amountNanoUsd > limitNanoUsd) return {};
  const current = Math.floor(nowMs / bucketMs);
  let usedNanoUsd = bookedNanoUsd(window, nowMs) + reservedNanoUsd + amountNanoUsd;
  const buckets = [...window.booked].filter(([at]) => counts(at, current));
  for (const [at, cost] of buckets.toSorted(([a], [b]) => a - b)) {
    usedNanoUsd -= cost;
    if (usedNanoUsd <= limitNanoUsd) {
      return { waitMs: (at + WINDOW_BUCKETS + 1) * bucketMs - nowMs };
    }
  }
  return { waitMs: RESERVED_WAIT_MS };
}
