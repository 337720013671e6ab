import type { TerminalEntry } from '../contracts/events/job-entry.ts';
import type { JobRef } from '../core/ids.ts';
import type { JobLog } from '../ports/job-log.ts';
import { JobWriter } from './job-writer.ts';
import { type ReadJob, readJob } from './read-job.ts';

/** A streaming owner appends every few milliseconds; that many lost races in a row do not happen to a live closer. */
const MAX_RACES = 50;

const APPEND_DEADLINE_MS = 3_000;

export interface CloseJobOptions {
  readonly log: JobLog;
  readonly ref: JobRef;
  readonly fromSequence: number;
  readonly writerId: string;
  /** Makes the end from the job as it stands; undefined = leave it open. */
  readonly makeTerminal: (job: ReadJob) => Omit<TerminalEntry, 'seq' | 'type'> | undefined;
}

/**
 * Ends a job from outside: whoever owns it is fenced off by the entry. Answers the job with its terminal entry, whoever
 * wrote it; one without a terminal when the log is empty, did not answer, or `makeTerminal` changed its mind.
 */
export async function closeJob(options: CloseJobOptions): Promise<ReadJob> {
  const { log, ref, fromSequence, writerId, makeTerminal } = options;
  let job = await readJob(log, ref, fromSequence);
  for (let race = 0; race < MAX_RACES; race += 1) {
    if (job.fold.terminal !== undefined || job.fold.seq === 0) return job;
    const terminal = makeTerminal(job);
    if (terminal === undefined) return job;
    const writer = new JobWriter({
      log,
      ref,
      sequence: job.sequence,
      fold: job.fold,
      writerId,
      appendDeadlineMs: APPEND_DEADLINE_MS,
    });
    const appended = await writer.append({ type: 'terminal', ...terminal });
    if (appended.kind !== 'fenced') return job;
    job = await readJob(log, ref, fromSequence);
  }
  return job;
}
