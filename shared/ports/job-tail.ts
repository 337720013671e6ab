import type { JobRef } from '../core/ids.ts';
import type { StoredEntry } from './job-log.ts';

/** Hears of new entries of one job. A hint may be lost, and comes again late: readers go by `seq`. */
export interface TailListener {
  onEntry(entry: StoredEntry): void;
  /** Hints may have been lost and could not be named: read the log. */
  onGap(): void;
}

/** Live entries of all jobs, fanned out in the process. */
export interface JobTail {
  /** Calls `listener` from now on until the returned function is called. */
  follow(ref: JobRef, listener: TailListener): () => void;
}
