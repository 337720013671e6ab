import type { JobView } from '../../shared/contracts/http/job-view.ts';
import { type Spread, spreadOf } from '../report/quantile.ts';

export interface TallyInput {
  /** Ids of all accepted jobs. */
  readonly submitted: readonly string[];
  readonly views: readonly JobView[];
  /** Messages that the NATS subscriber counted, by job. */
  readonly messagesOf: (jobId: string) => number;
  /** Booked nano-USD by job. */
  readonly ledger: ReadonlyMap<string, number>;
}

/** Jobs that one deployment completed. */
export interface DeploymentTally {
  readonly deployment: string;
  readonly jobs: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costNanoUsd: number;
}

export interface Tally {
  readonly submitted: number;
  readonly completed: number;
  readonly deployments: readonly DeploymentTally[];
  /** Jobs without a result message, or without an end in their view. */
  readonly lost: readonly string[];
  /** Jobs with more than one result message, or whose id was given out twice. */
  readonly duplicated: readonly string[];
  readonly ledgerRows: number;
  readonly ledgerNanoUsd: number;
  /** What does not fit, in sentences; empty = all is well. */
  readonly faults: readonly string[];
}

/** Counts what became of the jobs, from four witnesses: the ids given out, the views, NATS and the ledger. */
export function tallyJobs({ submitted, views, messagesOf, ledger }: TallyInput): Tally {
  const viewOf = new Map(views.map((view) => [view.jobId, view]));
  const completed = views.filter((view) => view.status === 'completed');
  const lost = submitted.filter((jobId) => {
    const status = viewOf.get(jobId)?.status ?? 'queued';
    return messagesOf(jobId) === 0 || status === 'queued' || status === 'running';
  });
  const duplicated = submitted.filter(
    (jobId, index) => messagesOf(jobId) > 1 || submitted.indexOf(jobId) !== index,
  );
  const tally = {
    submitted: submitted.length,
    completed: completed.length,
    deployments: tallyDeployments(completed),
    lost,
    duplicated,
    ledgerRows: ledger.size,
    ledgerNanoUsd: sum([...ledger.values()]),
  };
  return { ...tally, faults: faultsOf(tally, views) };
}

/**
 * From acceptance to the first token of the attempt whose answer counts, the last one. Milliseconds; jobs without a token
 * are left out.
 */
export function spreadOfFirstTokens(views: readonly JobView[]): Spread | undefined {
  const waits = views.map((view) => {
    const at = view.attempts.at(-1)?.firstTokenAt;
    return at === undefined ? undefined : at - view.acceptedAt;
  });
  return spreadOf(waits.filter((wait) => wait !== undefined));
}

function tallyDeployments(completed: readonly JobView[]): readonly DeploymentTally[] {
  const groups = Map.groupBy(completed, (view) => view.attempts.at(-1)?.deployment ?? 'unknown');
  return [...groups]
    .map(([deployment, views]) => ({
      deployment,
      jobs: views.length,
      inputTokens: sum(views.map((view) => view.usage?.inputTokens ?? 0)),
      outputTokens: sum(views.map((view) => view.usage?.outputTokens ?? 0)),
      costNanoUsd: sum(views.map((view) => view.costNanoUsd ?? 0)),
    }))
    .toSorted((a, b) => a.deployment.localeCompare(b.deployment));
}

function faultsOf(tally: Omit<Tally, 'faults'>, views: readonly JobView[]): readonly string[] {
  const { lost, duplicated, ledgerRows, ledgerNanoUsd } = tally;
  const faults: string[] = [];
  if (lost.length > 0) faults.push(`${String(lost.length)} jobs were lost, first ${lost[0] ?? ''}`);
  if (duplicated.length > 0) {
    faults.push(`${String(duplicated.length)} jobs came twice, first ${duplicated[0] ?? ''}`);
  }
  const failed = views.find((view) => view.status !== 'completed');
  if (failed !== undefined) {
    const why = failed.failure?.message ?? 'no reason given';
    faults.push(`job ${failed.jobId} ended as ${failed.status}: ${why}`);
  }
  const billed = views.filter((view) => view.costNanoUsd !== undefined).length;
  if (ledgerRows !== billed) {
    faults.push(`the ledger has ${String(ledgerRows)} rows for ${String(billed)} billed jobs`);
  }
  if (ledgerNanoUsd !== sum(views.map((view) => view.costNanoUsd ?? 0))) {
    faults.push('the ledger and the job views do not add up to the same cost');
  }
  return faults;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
