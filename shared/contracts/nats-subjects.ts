import type { JobRef } from '../core/ids.ts';

/** Every NATS subject and stream name of ours. Ids match SAFE_ID, so none can hold a dot, a wildcard or a space. */
export const JOBLOG_STREAM = 'JOBLOG';
export const RESULTS_STREAM = 'RESULTS';

export const natsSubjects = {
  /** The job's log: the truth. */
  log: (ref: JobRef): string => `log.${ref.tenantId}.${ref.jobId}`,
  allLogs: 'log.*.*',
  /** What the log republishes once stored: a hint that may be lost. */
  allLive: 'live.>',
  result: (ref: JobRef): string => `result.${ref.tenantId}.${ref.jobId}`,
  allResults: 'result.*.*',
  republishFrom: 'log.>',
  republishTo: 'live.>',
  /** Request to whichever worker owns the job: stop it. */
  cancel: (ref: JobRef): string => `cancel.${ref.tenantId}.${ref.jobId}`,
  allCancels: 'cancel.*.*',
  /** A budget of the tenant nears its limit: a hint, stored nowhere. */
  budgetAlert: (tenantId: string): string => `alert.${tenantId}.budget`,
  submit: 'svc.intake.submit',
  cancelJob: 'svc.intake.cancel',
} as const;

/** The job of a `live.`, `log.`, `result.` or `cancel.` subject. */
export function jobRefOfSubject(subject: string): JobRef {
  const first = subject.indexOf('.');
  const second = subject.indexOf('.', first + 1);
  return { tenantId: subject.slice(first + 1, second), jobId: subject.slice(second + 1) };
}
