import type { JobEntry } from '../contracts/events/job-entry.ts';
import type { JobRef } from '../core/ids.ts';
import type { AppendResult, JobLog } from '../ports/job-log.ts';
import type { JobFold } from './job-fold.ts';

/** An entry before it has its place: the writer numbers it. */
export type NewEntry = JobEntry extends infer E
  ? E extends JobEntry
    ? Omit<E, 'seq'>
    : never
  : never;

export interface JobWriterOptions {
  readonly log: JobLog;
  readonly ref: JobRef;
  /** Stream sequence of the last entry of the fold. */
  readonly sequence: number;
  /** The job as far as the writer knows it; every stored entry is applied to it. */
  readonly fold: JobFold;
  /** Unique to this run of this writer: two writers must never share message ids, or both would think they won. */
  readonly writerId: string;
  /** How long an append goes on trying while the log is away. */
  readonly appendDeadlineMs: number;
}

/**
 * Appends to one job's log, each entry behind the one before: the first refusal means that somebody else has the job
 * now, and every later append is refused as well. Appends must not overlap.
 */
export class JobWriter {
  readonly #options: JobWriterOptions;
  #sequence: number;

  constructor(options: JobWriterOptions) {
    this.#options = options;
    this.#sequence = options.sequence;
  }

  get fold(): JobFold {
    return this.#options.fold;
  }

  /** Stream sequence of the last entry. */
  get sequence(): number {
    return this.#sequence;
  }

  async append(entry: NewEntry): Promise<AppendResult> {
    const { log, ref, fold, writerId, appendDeadlineMs } = this.#options;
    const numbered = withSeq(entry, fold.seq + 1);
    const isRare = entry.type !== 'delta' && entry.type !== 'reset';
    const result = await log.append(ref, numbered, {
      expectedSequence: this.#sequence,
      deadlineMs: appendDeadlineMs,
      ...(isRare ? { messageId: `${ref.jobId}.${String(numbered.seq)}.${writerId}` } : {}),
    });
    if (result.kind === 'stored') {
      this.#sequence = result.sequence;
      fold.apply(numbered);
    }
    return result;
  }
}

function withSeq(entry: NewEntry, seq: number): JobEntry {
  return { ...entry, seq };
}
