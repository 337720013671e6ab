import { availableParallelism } from 'node:os';

/** Worker processes of a start on one machine: one for two cores, since the other services need theirs. */
export function defaultWorkers(): number {
  return Math.max(1, Math.floor(availableParallelism() / 2));
}
