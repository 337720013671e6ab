import type { LimitHint } from '../../shared/ports/provider.ts';

/** Longer waits are the router's to judge: it may send the job elsewhere. */
const MAX_HOLD_MS = 5_000;

/**
 * Deployments whose provider has said that nothing is left of a limit, and for how long. An attempt that would be refused
 * for certain waits out that moment in the queue instead of spending a call on it. Known to one process only: it saves
 * calls, the limit itself is kept elsewhere.
 */
export class ShortHolds {
  readonly #untilMs = new Map<string, number>();

  /** Takes what an answer said. Waits above five seconds are not held. */
  note(deploymentId: string, hints: readonly LimitHint[], nowMs: number): void {
    for (const { remaining, resetMs = 0 } of hints) {
      if (remaining > 0 || resetMs <= 0 || resetMs > MAX_HOLD_MS) continue;
      const known = this.#untilMs.get(deploymentId) ?? 0;
      this.#untilMs.set(deploymentId, Math.max(known, nowMs + resetMs));
    }
  }

  /** How long an attempt has to wait now; 0 = not at all. */
  waitMs(deploymentId: string, nowMs: number): number {
    const waitMs = (this.#untilMs.get(deploymentId) ?? 0) - nowMs;
    if (waitMs > 0) return waitMs;
    this.#untilMs.delete(deploymentId);
    return 0;
  }
}
