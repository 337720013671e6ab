import type { StoredEntry } from '../../shared/ports/job-log.ts';
import type { EntrySink } from './job-reader.ts';

/** Entries that may come before it is known what the client wants; then the reader waits and reads them from the log. */
const MAX_EARLY = 64;

/** Holds what comes before the answer's form is known, then passes everything on. */
export class EarlyEntries implements EntrySink {
  #early: StoredEntry[] = [];
  #hasEnded = false;
  #sink: EntrySink | undefined;

  write(stored: StoredEntry): boolean {
    if (this.#sink !== undefined) return this.#sink.write(stored);
    this.#early.push(stored);
    return this.#early.length < MAX_EARLY;
  }

  end(): void {
    this.#hasEnded = true;
    this.#sink?.end();
  }

  /** From now on everything goes to `sink`, what came before first. */
  passTo(sink: EntrySink): void {
    this.#sink = sink;
    for (const stored of this.#early) sink.write(stored);
    this.#early = [];
    if (this.#hasEnded) sink.end();
  }
}
