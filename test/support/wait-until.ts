export interface WaitOptions {
  /** Longest wait, ms. */
  readonly withinMs: number;
  /** What is waited for: part of the error when it does not come. */
  readonly what: string;
}

const LOOK_EVERY_MS = 20;

/** Looks until `look` answers something other than undefined or false, and gives it back. Throws past the bound. */
export async function waitUntil<T>(
  look: () => Promise<T | undefined | false> | T | undefined | false,
  { withinMs, what }: WaitOptions,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`not within ${String(withinMs)} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
