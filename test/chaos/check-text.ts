import { type OracleText, readOracle } from '../support/oracle.ts';
import type { CallLine } from './recording.ts';
import type { JobView, RecordingIndex } from './recording-index.ts';
import { attemptText, shownText } from './shown-text.ts';
import type { Violation } from './violation.ts';

/** What the log shows must be what one provider call sent: I4, and I6 for a job that says that it is complete. */
export function checkText(index: RecordingIndex): Violation[] {
  return [...index.jobs.values()].flatMap((job) => [
    ...checkAttempts(index, job),
    ...checkShown(job),
    ...checkCompletion(index, job),
  ]);
}

/** I4: the text of each attempt is the beginning of one call's answer, of a call of its own, for this prompt. */
function checkAttempts({ calls }: RecordingIndex, job: JobView): Violation[] {
  const violations: Violation[] = [];
  const used = new Set<number>();
  const add = (detail: string): void => {
    violations.push({ invariant: 'I4', subject: job.jobId, detail });
  };
  for (const entry of job.entries) {
    if (entry.type !== 'attempt') continue;
    const text = attemptText(job.entries, entry.attempt);
    const name = `attempt ${String(entry.attempt)}`;
    if (text === '') continue;
    const oracle = tryOracle(text);
    if (typeof oracle === 'string') {
      add(`${name}: ${oracle}`);
      continue;
    }
    const call = calls.get(oracle.call);
    if (used.has(oracle.call)) add(`${name} repeats call ${String(oracle.call)}`);
    used.add(oracle.call);
    if (call === undefined) add(`${name} shows call ${String(oracle.call)}, which nobody made`);
    else if (call.stream && oracle.tokens > call.deltasSent) add(`${name} has more than was sent`);
    else if (job.submission !== undefined && call.tag !== job.submission.tag) {
      add(`${name} shows the answer to ${call.tag ?? 'another prompt'}`);
    }
  }
  return violations;
}

/** I4: the fold of the whole log is the text of one attempt. */
function checkShown({ jobId, entries }: JobView): Violation[] {
  const text = shownText(entries);
  const oracle = text === '' ? undefined : tryOracle(text);
  if (typeof oracle !== 'string') return [];
  return [{ invariant: 'I4', subject: jobId, detail: `shown: ${oracle}` }];
}

/** I6: `completed` only when the provider says that it sent its answer to the end, and all of it is there. */
function checkCompletion({ calls }: RecordingIndex, job: JobView): Violation[] {
  if (job.terminal?.outcome !== 'completed') return [];
  const detail = judgeCompletion(calls, job);
  return detail === undefined ? [] : [{ invariant: 'I6', subject: job.jobId, detail }];
}

function judgeCompletion(
  calls: ReadonlyMap<number, CallLine>,
  { entries, submission }: JobView,
): string | undefined {
  const text = shownText(entries);
  if (text === '') return 'completed without text';
  const oracle = tryOracle(text);
  // A text that is no answer at all has been reported as such.
  if (typeof oracle === 'string') return undefined;
  const call = calls.get(oracle.call);
  if (call === undefined) return 'completed with a call that nobody made';
  if (call.endedHow !== 'complete' || call.fault !== undefined) {
    const how = `${call.endedHow ?? 'open'}, ${call.fault ?? 'no fault'}`;
    return `completed with call ${String(oracle.call)}, which ended otherwise: ${how}`;
  }
  const wanted = submission?.submits[0]?.tokens ?? oracle.tokens;
  if (oracle.tokens === wanted) return undefined;
  return `completed with ${String(oracle.tokens)} tokens of ${String(wanted)}`;
}

function tryOracle(text: string): OracleText | string {
  try {
    return readOracle(text);
  } catch (error: unknown) {
    if (error instanceof Error) return error.message;
    throw error;
  }
}
