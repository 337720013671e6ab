import type { Catalogue } from '../../shared/contracts/config/catalogue.ts';
import type { FleetLimiter } from '../../shared/ports/fleet-limiter.ts';
import type { JobLog } from '../../shared/ports/job-log.ts';
import type { JobQueue } from '../../shared/ports/job-queue.ts';
import type { JobStore } from '../../shared/ports/job-store.ts';
import type { Logger } from '../../shared/ports/logger.ts';
import type { Provider } from '../../shared/ports/provider.ts';
import type { ResultPublisher } from '../../shared/ports/result-publisher.ts';
import type { RetryBudgets } from '../../shared/ports/retry-budgets.ts';
import type { BreakerGate } from './breaker-gate.ts';
import type { OwnedJobs } from './owned-jobs.ts';
import type { Pacer } from './pacer.ts';
import type { ShortHolds } from './short-holds.ts';

/** What running an attempt needs from outside; built in main.ts. */
export interface AttemptDependencies {
  readonly store: JobStore;
  readonly log: JobLog;
  readonly queue: JobQueue;
  readonly results: ResultPublisher;
  readonly catalogue: Catalogue;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly owned: OwnedJobs;
  readonly pacer: Pacer;
  readonly holds: ShortHolds;
  readonly gate: BreakerGate;
  readonly limiter: FleetLimiter;
  readonly retries: Pick<RetryBudgets, 'earn'>;
  readonly logger: Logger;
  readonly now: () => number;
  /** A new id for each run: two runs that share one would both think that they own the job. */
  readonly newWriterId: () => string;
}
