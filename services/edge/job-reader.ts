import type { JobRef } from '../../shared/core/ids.ts';
import { type JobLog, LogUnavailableError, type StoredEntry } from '../../shared/ports/job-log.ts';
import type { JobTail } from '../../shared/ports/job-tail.ts';

/** Between two looks at a log that does not answer, or that is behind its own hints. */
const LOOK_AGAIN_MS = 250;

/** Where entries go. */
export interface EntrySink {
  /** Takes the next entry, gapless from the cursor. False: it is full, nothing more until `resume`. */
  write(stored: StoredEntry): boolean;
  /** The terminal entry was written. */
  end(): void;
}

export interface JobReaderOptions {
  readonly log: JobLog;
  readonly tail: JobTail;
  readonly ref: JobRef;
  readonly sink: EntrySink;
  /** `seq` of the last entry that the client has; 0 = from the start. */
  readonly afterSeq: number;
  /** Stream sequence where the job's log begins, when known. */
  readonly fromSequence?: number;
}

type State = 'live' | 'catching-up' | 'full' | 'closed';

/**
 * Reads one job for one client: every entry once, in order, from any cursor. Live hints are taken while they fit without
 * a gap; whatever is missing comes from the log. A full client costs nothing: its hints are dropped and it reads the log
 * again when it has room, so that no buffer grows with a slow reader.
 */
export class JobReader {
  readonly #options: JobReaderOptions;
  readonly #unfollow: () => void;
  #state: State = 'live';
  #cursor: number;
  #nextSequence: number;
  /** Newest `seq` that any hint named, taken or not. */
  #newestSeq = 0;

  constructor(options: JobReaderOptions) {
    this.#options = options;
    this.#cursor = options.afterSeq;
    this.#nextSequence = options.fromSequence ?? 0;
    this.#unfollow = options.tail.follow(options.ref, {
      onEntry: (stored) => {
        this.#onHint(stored);
      },
      onGap: () => {
        if (this.#state === 'live') void this.#catchUp();
      },
    });
  }

  /** `seq` of the last entry that was written. */
  get cursor(): number {
    return this.#cursor;
  }

  /** Reads what is in the log already. Not needed for a job that nobody could have written to before. */
  replay(): void {
    if (this.#state === 'live') void this.#catchUp();
  }

  /** The sink has room again. */
  resume(): void {
    if (this.#state !== 'full') return;
    this.#state = 'live';
    if (this.#newestSeq > this.#cursor) void this.#catchUp();
  }

  close(): void {
    this.#state = 'closed';
    this.#unfollow();
  }

  #onHint(stored: StoredEntry): void {
    const { seq } = stored.entry;
    this.#newestSeq = Math.max(this.#newestSeq, seq);
    if (this.#state !== 'live' || seq <= this.#cursor) return;
    if (seq === this.#cursor + 1) this.#deliver(stored);
    else void this.#catchUp();
  }

  #deliver(stored: StoredEntry): void {
    this.#cursor = stored.entry.seq;
    this.#nextSequence = stored.sequence + 1;
    const hasRoom = this.#options.sink.write(stored);
    if (stored.entry.type === 'terminal') {
      this.close();
      this.#options.sink.end();
    } else if (!hasRoom && this.#state !== 'closed') {
      this.#state = 'full';
    }
  }

  async #catchUp(): Promise<void> {
    this.#state = 'catching-up';
    while (this.#state === 'catching-up') {
      const isComplete = await this.#readPage();
      if (this.#state !== 'catching-up') return;
      if (isComplete && this.#newestSeq <= this.#cursor) this.#state = 'live';
      else if (isComplete) await pause(LOOK_AGAIN_MS);
    }
  }

  /** True when the log held nothing more. */
  async #readPage(): Promise<boolean> {
    const { log, ref } = this.#options;
    try {
      const page = await log.read(ref, {
        afterSeq: this.#cursor,
        fromSequence: this.#nextSequence,
      });
      for (const stored of page.entries) {
        if (this.#state !== 'catching-up') return false;
        this.#deliver(stored);
      }
      return page.isEnd;
    } catch (error: unknown) {
      if (!(error instanceof LogUnavailableError)) throw error;
      await pause(LOOK_AGAIN_MS);
      return false;
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
