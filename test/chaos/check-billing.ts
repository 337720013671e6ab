import { isDeepStrictEqual } from 'node:util';
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
  const { jobId, terminal, entries } = job;
  if (rows.length > 1) return [violation(jobId, `${String(rows.length)} ledger rows`)];
  const [line] = rows;
  const isCompleted = terminal?.outcome === 'completed';
  if (line === undefined) {
    const isOwed = isCompleted || terminal?.costNanoUsd !== undefined;
    return isOwed ? [violation(jobId, 'no ledger row')] : [];
  }
  if (terminal === undefined) return [violation(jobId, 'billed before its end')];
  const violations: Violation[] = [];
  if (line.row.costNanoUsd !== terminal.costNanoUsd) {
    violations.push(violation(jobId, 'billed for another cost than the log says'));
  }
  if (!isDeepStrictEqual(line.row.usage, terminal.usage)) {
    violations.push(violation(jobId, 'billed for another usage than the log says'));
  }
  const shown = entries.find(
    (entry) => entry.type === 'attempt' && entry.attempt === terminal.attempt,
  );
  if (shown?.type === 'attempt' && shown.deployment !== line.row.deployment) {
    violations.push(violation(jobId, 'billed for another deployment than the one shown'));
  }
  return isCompleted ? [...violations, ...checkUsage(job)] : violations;
}

/** Each token of the oracle is one the provider reported; an estimate is marked, and never nothing. */
function checkUsage({ jobId, terminal, entries }: JobView): Violation[] {
  const usage = terminal?.usage;
  if (usage === undefined) return [violation(jobId, 'completed without usage')];
  const tokens = shownText(entries).split(' ').length - 1;
  const isRight = usage.estimated === true ? usage.outputTokens > 0 : usage.outputTokens === tokens;
  if (isRight) return [];
  const detail = `billed ${String(usage.outputTokens)} tokens, shown ${String(tokens)}`;
  return [violation(jobId, detail)];
}

function violation(subject: string, detail: string): Violation {
  return { invariant: 'I7', subject, detail };
}
