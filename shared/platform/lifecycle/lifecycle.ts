import type { Logger } from '../../ports/logger.ts';

/** Longest that one closing step may take before the next begins. */
const STEP_TIMEOUT_MS = 10_000;

interface Step {
  readonly name: string;
  readonly close: () => Promise<void> | void;
  readonly timeoutMs: number;
}

/** What a service opened, closed in reverse order, each step with a bound. */
export class Lifecycle {
  readonly #log: Logger;
  readonly #steps: Step[] = [];
  #closing: Promise<void> | undefined;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Registers how to close what was just opened. */
  onClose(name: string, close: Step['close'], timeoutMs = STEP_TIMEOUT_MS): void {
    this.#steps.push({ name, close, timeoutMs });
  }

  /** Closes everything once, however often it is asked. */
  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #closeAll(): Promise<void> {
    for (const step of this.#steps.toReversed()) {
      const isDone = await withTimeout(Promise.resolve(step.close()), step.timeoutMs);
      if (!isDone) this.#log.warn({ step: step.name }, 'a closing step did not end in time');
    }
  }
}

/** True when `work` ended in time, false when the time was up first. */
export async function withTimeout(work: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs);
  });
  const isDone = await Promise.race([work.then(() => true as const), late]);
  clearTimeout(timer);
  return isDone;
}
