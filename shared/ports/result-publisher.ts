import type { JobResult } from '../contracts/events/job-result.ts';
import type { JobRef } from '../core/ids.ts';

/** Publishes the one message of a finished job. Repeats are dropped by job id within the server's window. */
export interface ResultPublisher {
  /** Resolves true once stored, false when the stream did not answer in time (the reconciler repeats). */
  publish(ref: JobRef, result: JobResult): Promise<boolean>;
}
