/** Two appends of a job are this far apart at least: more than any reader sees, far less than what an append costs. */
const BASE_PACE_MS = 8;

const MS_PER_STREAM = 0.5;

/** Still 25 updates a second, and enough that the log's cost stops growing with the token rate. */
const MAX_PACE_MS = 40;

/**
 * How far apart one job's appends are kept, longer the busier the process is. The first token of an answer goes at once,
 * and so does its end; between them, many streams share the cost of the log by sending fewer, larger entries.
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
    return Math.min(MAX_PACE_MS, BASE_PACE_MS + this.#streams * MS_PER_STREAM);
  }
}
