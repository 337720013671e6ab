import type { Catalogue } from '../../shared/contracts/config/catalogue.ts';
import type { Authenticator } from '../../shared/platform/auth/authenticator.ts';
import type { ApiKeyStore } from '../../shared/ports/api-key-store.ts';
import type { IntakeClient } from '../../shared/ports/intake-client.ts';
import type { JobLog } from '../../shared/ports/job-log.ts';
import type { JobStore } from '../../shared/ports/job-store.ts';
import type { JobTail } from '../../shared/ports/job-tail.ts';
import type { Logger } from '../../shared/ports/logger.ts';

/** What the edge's routes need from outside; built in main.ts. */
export interface EdgeDependencies {
  readonly intake: IntakeClient;
  readonly log: JobLog;
  readonly tail: JobTail;
  readonly store: Pick<JobStore, 'locate'>;
  readonly keys: ApiKeyStore;
  readonly authenticator: Authenticator;
  readonly catalogue: Catalogue;
  readonly logger: Logger;
  readonly newJobId: () => string;
  readonly now: () => number;
}
