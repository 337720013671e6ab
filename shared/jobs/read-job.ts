import type { JobRef } from '../core/ids.ts';
import type { JobLog } from '../ports/job-log.ts';
import { JobFold } from './job-fold.ts';

/** A job read whole from its log, and where its log ends. */
export interface ReadJob {
  readonly fold: JobFold;
  /** Stream sequence of the last entry: the fence of the next append. 0 = the log is empty. */
  readonly sequence: number;
  readonly lastStoredAtMs: number | undefined;
}

/** Folds a job's whole log, page by page. `fromSequence` is where it begins, when known. */
export async function readJob(log: JobLog, ref: JobRef, fromSequence = 0): Promise<ReadJob> {
  const fold = new JobFold();
  let sequence = 0;
  let lastStoredAtMs: number | undefined;
  for (;;) {
    const page = await log.read(ref, {
      afterSeq: fold.seq,
      fromSequence: sequence > 0 ? sequence + 1 : fromSequence,
    });
    for (const stored of page.entries) {
      fold.apply(stored.entry);
      sequence = stored.sequence;
      lastStoredAtMs = stored.storedAtMs;
    }
    if (page.isEnd) return { fold, sequence, lastStoredAtMs };
  }
}
