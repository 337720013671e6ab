import type { JobEntry } from '../../shared/contracts/events/job-entry.ts';
import { livenessLimit } from './liveness-limit.ts';
import type { JobView, RecordingIndex } from './recording-index.ts';
import type { Violation } from './violation.ts';

/** What has to hold of every job's log by itself: I1, I2, I3 and I5. */
export function checkLog(index: RecordingIndex): Violation[] {
  return [...index.jobs.values()].flatMap((job) => [
    ...checkEnd(index, job),
    ...checkTerminal(job),
    ...checkSequence(job),
    ...checkOwners(job),
  ]);
}

/** I1: an accepted job gets its terminal entry, and in time. */
function checkEnd({ recording }: RecordingIndex, job: JobView): Violation[] {
  const deadlineMs = job.submission?.submits[0]?.deadlineMs;
  const limit =
    deadlineMs === undefined
      ? recording.run.endedAt
      : livenessLimit(acceptedAtOf(job) + deadlineMs, recording.actions);
  const detail = judgeEnd(job, limit);
  return detail === undefined ? [] : [{ invariant: 'I1', subject: job.jobId, detail }];
}

function judgeEnd({ lines, submission }: JobView, limit: number): string | undefined {
  if (lines.length === 0) return 'acknowledged, and not in the log';
  const end = lines.find((line) => line.entry.type === 'terminal');
  if (end === undefined) {
    const who = submission === undefined ? 'in the log' : 'acknowledged';
    return `${who}, and without a terminal entry`;
  }
  if (end.storedAt <= limit) return undefined;
  return `its terminal entry came ${String(end.storedAt - limit)} ms after the last moment`;
}

/** On the clock that stamps the deadline; the log's own where the entry has none. */
function acceptedAtOf({ lines }: JobView): number {
  const [first] = lines;
  return first?.entry.type === 'accepted' ? first.entry.at : (first?.storedAt ?? 0);
}

/** I2: one terminal entry, and nothing after it. */
function checkTerminal({ jobId, entries }: JobView): Violation[] {
  const terminals = entries.filter((entry) => entry.type === 'terminal').length;
  const violation = (detail: string): Violation => ({ invariant: 'I2', subject: jobId, detail });
  if (terminals > 1) return [violation(`${String(terminals)} terminal entries`)];
  if (terminals === 1 && entries.at(-1)?.type !== 'terminal') {
    return [violation('an entry after the terminal one')];
  }
  return [];
}

/** I3 in the log. */
function checkSequence({ jobId, entries }: JobView): Violation[] {
  const index = entries.findIndex((entry, position) => entry.seq !== position + 1);
  if (index < 0) return [];
  const detail = `entry ${String(index + 1)} of the log has seq ${String(entries[index]?.seq)}`;
  return [{ invariant: 'I3', subject: jobId, detail }];
}

/** I5: only the attempt that runs writes, and attempts begin one after another. */
function checkOwners({ jobId, entries }: JobView): Violation[] {
  const violations: Violation[] = [];
  let current = 0;
  let isOpen = false;
  for (const entry of entries) {
    const detail = judgeOwner(entry, { current, isOpen });
    if (detail !== undefined) {
      violations.push({ invariant: 'I5', subject: jobId, detail: `${detail} (${entry.seq})` });
    }
    if (entry.type === 'attempt') {
      current = entry.attempt;
      isOpen = true;
    }
    if (entry.type === 'failed') isOpen = false;
  }
  return violations;
}

function judgeOwner(
  entry: JobEntry,
  { current, isOpen }: { readonly current: number; readonly isOpen: boolean },
): string | undefined {
  switch (entry.type) {
    case 'accepted':
    case 'terminal':
      return undefined;
    case 'attempt':
      if (isOpen) return `attempt ${String(entry.attempt)} began while ${String(current)} was open`;
      if (entry.attempt === current + 1) return undefined;
      return `attempt ${String(entry.attempt)} began after ${String(current)}`;
    case 'delta':
    case 'reset':
    case 'failed': {
      if (isOpen && entry.attempt === current) return undefined;
      const now = isOpen ? `of attempt ${String(current)}` : 'of nobody';
      return `${entry.type} of attempt ${String(entry.attempt)} while the job was ${now}`;
    }
  }
}
