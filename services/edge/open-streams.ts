/** Streams that are open now, so that a drain can end each with a word about where to go on. */
export class OpenStreams {
  readonly #enders = new Set<() => void>();

  /** `end` tells the client to come back and closes; the returned function forgets it. */
  add(end: () => void): () => void {
    this.#enders.add(end);
    return () => {
      this.#enders.delete(end);
    };
  }

  endAll(): void {
    for (const end of this.#enders) end();
    this.#enders.clear();
  }
}
