import type { CallLine } from './recording.ts';
import type { JobView, RecordingIndex, Submission } from './recording-index.ts';
import { shownText } from './shown-text.ts';
import type { Violation } from './violation.ts';

/** I10: one job a key, at most one job a submission without one; I21: what is submitted after healing completes. */
export function checkSubmissions(index: RecordingIndex): Violation[] {
  const jobsByTag = Map.groupBy(index.jobs.values(), (job) => tagOf(index.calls, job) ?? '');
  return [...index.submissions.values()].flatMap((submission) => [
    ...checkIdempotency(submission, jobsByTag.get(submission.tag) ?? []),
    ...checkProbe(index, submission),
  ]);
}

function checkIdempotency(submission: Submission, jobs: readonly JobView[]): Violation[] {
  const { tag, submits, acks } = submission;
  const hasKey = submits.every((submit) => submit.key !== undefined);
  const allowed = hasKey ? 1 : submits.length;
  const ids = new Set([...acks.map((ack) => ack.jobId), ...jobs.map((job) => job.jobId)]);
  if (ids.size <= allowed) return [];
  const detail = `${String(ids.size)} jobs (${[...ids].join(' ')}) for ${String(allowed)}`;
  return [{ invariant: 'I10', subject: tag, detail }];
}

/** The submission whose answer the job shows, told by the provider's own record: also for a job nobody acknowledged. */
function tagOf(calls: ReadonlyMap<number, CallLine>, job: JobView): string | undefined {
  if (job.submission !== undefined) return job.submission.tag;
  const number = /^\S+\.(\d+)\.\d+ /.exec(shownText(job.entries))?.[1];
  return number === undefined ? undefined : calls.get(Number(number))?.tag;
}

function checkProbe({ jobs }: RecordingIndex, { tag, submits, acks }: Submission): Violation[] {
  if (submits[0]?.isProbe !== true) return [];
  const jobId = acks[0]?.jobId;
  const outcome = jobs.get(jobId ?? '')?.terminal?.outcome ?? 'nothing';
  if (outcome === 'completed') return [];
  const detail = `submitted after all faults were healed, ended with ${outcome}`;
  return [{ invariant: 'I21', subject: jobId ?? tag, detail }];
}
