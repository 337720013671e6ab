import type { Authenticator } from '../../shared/platform/auth/authenticator.ts';
import type { CancelDependencies } from './cancel-job.ts';
import type { SubmitDependencies } from './submit-job.ts';

/** What intake's routes need from outside; built in main.ts. */
export interface IntakeDependencies extends SubmitDependencies, CancelDependencies {
  readonly authenticator: Authenticator;
}
