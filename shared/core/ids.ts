/** Ids that reach a NATS subject or a Redis key match this and are made by us (DESIGN section 8). */
export const SAFE_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** Names a job. The tenant comes only from the API key and is part of every key and subject. */
export interface JobRef {
  readonly tenantId: string;
  readonly jobId: string;
}

export function isSafeId(value: string): boolean {
  return SAFE_ID.test(value);
}

/**
 * A new job id: sorts by time, carries 122 random bits, and never looks like an integer or holds a colon
 * (BullMQ refuses the first and gives the second a meaning).
 */
export function makeJobId(nowMs: number, randomUuid: () => string): string {
  return `j${nowMs.toString(36).padStart(9, '0')}${randomUuid().replaceAll('-', '')}`;
}

/** Sorts before every job id made at or after `atMs`. */
export function oldestJobId(atMs: number): string {
  return `j${Math.max(0, atMs).toString(36).padStart(9, '0')}`;
}

/**
 * BullMQ id of one routing decision or one attempt of a job: repeating an add with it is harmless. `turn` is how often the
 * attempt was given back before it began; each time it is another item, so that the one before may still be there.
 */
export function queueItemId(jobId: string, attempt: number, turn = 0): string {
  return turn === 0 ? `${jobId}-${attempt}` : `${jobId}-${attempt}-${turn}`;
}
