import { isDeepStrictEqual } from 'node:util';
import type { TerminalEntry } from '../../shared/contracts/events/job-entry.ts';
import type { LedgerLine } from './recording.ts';
import type { JobView, RecordingIndex } from './recording-index.ts';
import { shownText } from './shown-text.ts';
import type { Violation } from './violation.ts';

/** I7: one ledger row for a job that costs something, with the usage and the deployment of the attempt that is shown. */
export function checkBilling({ recording, jobs }: RecordingIndex): Violation[] {
  const rows = Map.groupBy(recording.ledger, (line) => line.jobId);
  const strangers = [...rows.keys()].filter((jobId) => !jobs.has(jobId));
  return [
    ...strangers.map((jobId) => violation(jobId, 'billed, and not a job of the log')),
    ...[...jobs.values()].flatMap((job) => checkJob(job, rows.get(job.jobId) ?? [])),
  ];
}

function checkJob(job: JobView, rows: readonly LedgerLine[]): Violation[] {
  const { jobId, terminal } = job;
  const isCompleted = terminal?.outcome === 'completed';
  const [line] = rows;
  if (rows.length > 1) return [violation(jobId, `${String(rows.length)} ledger rows`)];
  if (line === undefined) {
    const isOwed = isCompleted || terminal?.costNanoUsd !== undefined;
    return isOwed ? [violation(jobId, 'no ledger row')] : [];
  }
  if (terminal === undefined) return [violation(jobId, 'billed before its end')];
  return [...checkRow(job, terminal, line), ...(isCompleted ? checkUsage(job) : [])];
}

function checkRow(job: JobView, terminal: TerminalEntry, { row }: LedgerLine): Violation[] {
  const shown = job.entries.find(
    (entry) => entry.type === 'attempt' && entry.attempt === terminal.attempt,
  );
  const differences = {
    cost: row.costNanoUsd !== terminal.costNanoUsd,
    usage: !isDeepStrictEqual(row.usage, terminal.usage),
    deployment: shown?.type === 'attempt' && shown.deployment !== row.deployment,
  };
  return Object.entries(differences)
    .filter(([, differs]) => differs)
    .map(([what]) => violation(job.jobId, `billed for another ${what} than the log says`));
}

/** Each token of the oracle is one the provider reported; an estimate is marked, and never nothing. */
function checkUsage({ jobId, terminal, entries }: JobView): Violation[] {
  const usage = terminal?.usage;
  if (usage === undefined) return [violation(jobId, 'completed without usage')];
  const tokens = shownText(entries).split(' ').length - 1;
  // Models that think by default are billed for their thoughts too.
  const written = usage.outputTokens - (usage.reasoningTokens ?? 0);
  const isRight = usage.estimated === true ? usage.outputTokens > 0 : written === tokens;
  if (isRight) return [];
  const detail = `billed ${String(written)} tokens, shown ${String(tokens)}`;
  return [violation(jobId, detail)];
}

function violation(subject: string, detail: string): Violation {
  return { invariant: 'I7', subject, detail };
}
