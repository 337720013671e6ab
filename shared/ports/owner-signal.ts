import type { JobRef } from '../core/ids.ts';

/** Reaches the worker that owns a job, if one does. */
export interface OwnerSignal {
  /** True when the owner has ended the job; false when nobody answered in time. */
  requestCancel(ref: JobRef, timeoutMs: number): Promise<boolean>;
}

/** The owner's side. The handler answers undefined for a job that is not its own: somebody else may have it. */
export type CancelHandler = (ref: JobRef) => Promise<void> | undefined;
