import type { ActionLine } from './recording.ts';

/** How long after its deadline a job may be without an end when nothing is broken (I1). */
const GRACE_MS = 15_000;

/**
 * Progress is demanded only where the system had this long without a fault: lock + stalled check + 5 s, and what a killed
 * process waits before it is started again.
 */
const QUIET_MS = 22_500;

/** The last moment for a job's terminal entry: a fault that is under way then gives it more time. */
export function livenessLimit(deadline: number, actions: readonly ActionLine[]): number {
  let limit = deadline + GRACE_MS;
  for (const action of actions.toSorted((a, b) => a.at - b.at)) {
    const isInTheWay = action.at <= limit && action.endedAt + QUIET_MS > limit;
    if (isInTheWay) limit = action.endedAt + QUIET_MS;
  }
  return limit;
}
