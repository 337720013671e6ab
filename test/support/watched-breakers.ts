import type { BreakerMemory } from '../../shared/ports/breaker.ts';
import { CLOSED } from '../../shared/resilience/breaker.ts';
import { BreakerWatch } from '../../shared/resilience/breaker-watch.ts';
import { MemoryBreakerStore } from './memory-breaker-store.ts';
import { quietLogger } from './quiet-logger.ts';

/** Breakers in memory on the clock of the test, and a process that watches them; it reads only when it is told to. */
export function watchedBreakers(now: () => number) {
  const store = new MemoryBreakerStore(now);
  const breakers = new BreakerWatch({ store, logger: quietLogger, monotonicMs: now });
  return { store, breakers };
}

/** A breaker that has opened once and stays so until then. */
export function openUntil(openUntilMs: number): BreakerMemory {
  return { ...CLOSED, trips: 1, openUntilMs };
}
