/** A lone stream is not held back at all; from here on the process has better things to do than one append a token. */
const UNPACED_STREAMS = 4;

const MS_PER_STREAM = 0.6;

/** Below what a reader notices, and enough that the log's cost stops growing with the token rate. */
const MAX_PACE_MS = 40;

/**
 * How far apart one job's appends are kept while the process is busy. The first token of an answer always goes at once;
 * after it, many streams share the cost of the log by sending fewer, larger entries.
 */
export class Pacer {
  #streams = 0;

  enter(): void {
    this.#streams += 1;
  }

  leave(): void {
    this.#streams -= 1;
  }

  get paceMs(): number {
    if (this.#streams <= UNPACED_STREAMS) return 0;
    return Math.min(MAX_PACE_MS, this.#streams * MS_PER_STREAM);
  }
}
