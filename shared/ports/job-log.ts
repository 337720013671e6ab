import type { JobEntry } from '../contracts/events/job-entry.ts';
import type { JobRef } from '../core/ids.ts';

/** An entry with its place in the store. */
export interface StoredEntry {
  readonly entry: JobEntry;
  /** Sequence in the whole stream: the fence that the next append must name. */
  readonly sequence: number;
  /** The entry as it is stored, so that it can be relayed without encoding it again. */
  readonly json: string;
  /** When the log stored it, epoch ms; undefined on live hints, which do not say. */
  readonly storedAtMs?: number;
}

/**
 * `stored`: it is in the log, once. `fenced`: somebody else has appended since; the caller has lost the job and must
 * leave. `unavailable`: the log did not take it within the deadline; `mayBeStored` = an answer was lost on the way.
 */
export type AppendResult =
  | { readonly kind: 'stored'; readonly sequence: number }
  | { readonly kind: 'fenced' }
  | { readonly kind: 'unavailable'; readonly mayBeStored: boolean };

export interface AppendOptions {
  /** Stream sequence of the job's last entry that this writer saw; 0 = the log must be empty. */
  readonly expectedSequence: number;
  /**
   * Unique to this writer and entry, so that a repeat after a lost answer is known as one. Only for the rare entries
   * (accepted, attempt, failed, terminal): ids cost the server memory for the whole window.
   */
  readonly messageId?: string;
  /** How long to go on trying while the log does not answer. */
  readonly deadlineMs: number;
}

export interface ReadOptions {
  /** Entries with a `seq` above this one. */
  readonly afterSeq: number;
  /** Stream sequence from which to look; a hint that saves the server a scan. */
  readonly fromSequence?: number;
}

/** One page of a log, in order; `isEnd` = nothing more was stored when it was read. */
export interface LogPage {
  readonly entries: readonly StoredEntry[];
  readonly isEnd: boolean;
}

/** The append-only log of every job: what is not in it did not happen. */
export interface JobLog {
  append(ref: JobRef, entry: JobEntry, options: AppendOptions): Promise<AppendResult>;
  /** The newest entry; undefined when the log is empty. Throws `LogUnavailableError` past its deadline. */
  readLast(ref: JobRef): Promise<StoredEntry | undefined>;
  /** Throws `LogUnavailableError` past its deadline. */
  read(ref: JobRef, options: ReadOptions): Promise<LogPage>;
}

/** The log did not answer in time. Expected while NATS is away: callers give the work back or answer 503. */
export class LogUnavailableError extends Error {
  override readonly name = 'LogUnavailableError';
}
