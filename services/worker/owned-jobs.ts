import type { JobRef } from '../../shared/core/ids.ts';
import type { StopSignal } from './stop-signal.ts';

interface OwnedJob {
  readonly stop: StopSignal;
  readonly ended: Promise<void>;
}

/** The jobs that this process is running, so that a cancel finds its call. */
export class OwnedJobs {
  readonly #jobs = new Map<string, OwnedJob>();

  add({ jobId }: JobRef, job: OwnedJob): void {
    this.#jobs.set(jobId, job);
  }

  remove({ jobId }: JobRef): void {
    this.#jobs.delete(jobId);
  }

  /** Stops the call at once; resolves when the job's end is in the log. Undefined: not ours. */
  cancel({ jobId }: JobRef): Promise<void> | undefined {
    const job = this.#jobs.get(jobId);
    job?.stop.stop('cancelled');
    return job?.ended;
  }
}
