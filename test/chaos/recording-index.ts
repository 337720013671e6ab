import type { JobEntry, TerminalEntry } from '../../shared/contracts/events/job-entry.ts';
import type { CallLine, ClientLine, ClientLineOf, LogLine, Recording } from './recording.ts';

/** A submission and all its repeats, as their client knows them. */
export interface Submission {
  readonly tag: string;
  readonly submits: readonly ClientLineOf<'submit'>[];
  /** Every answer that named a job. */
  readonly acks: readonly ClientLineOf<'ack'>[];
}

export interface JobView {
  readonly jobId: string;
  readonly lines: readonly LogLine[];
  readonly entries: readonly JobEntry[];
  /** The first terminal entry. */
  readonly terminal: TerminalEntry | undefined;
  /** Undefined: its submission was never answered, or nobody of ours submitted it. */
  readonly submission: Submission | undefined;
}

/** A recording arranged by job, for the checks. */
export interface RecordingIndex {
  readonly recording: Recording;
  readonly submissions: ReadonlyMap<string, Submission>;
  /** Every job that is in the log or was acknowledged. */
  readonly jobs: ReadonlyMap<string, JobView>;
  readonly calls: ReadonlyMap<number, CallLine>;
  readonly callsByTag: ReadonlyMap<string, readonly CallLine[]>;
}

export function indexRecording(recording: Recording): RecordingIndex {
  const lines = recording.clients.flat();
  const submits = Map.groupBy(lines.filter(isKind('submit')), (line) => line.tag);
  const acks = Map.groupBy(lines.filter(isKind('ack')), (line) => line.tag);
  const submissions = new Map(
    [...submits].map(([tag, list]) => [
      tag,
      { tag, submits: list, acks: acks.get(tag) ?? [] } satisfies Submission,
    ]),
  );
  const byJob = new Map<string, Submission>();
  for (const submission of submissions.values()) {
    for (const ack of submission.acks) byJob.set(ack.jobId, submission);
  }
  const logs = Map.groupBy(recording.log, (line) => line.jobId);
  const jobs = new Map(
    [...new Set([...logs.keys(), ...byJob.keys()])].map((jobId) => [
      jobId,
      viewJob(jobId, logs.get(jobId) ?? [], byJob.get(jobId)),
    ]),
  );
  return {
    recording,
    submissions,
    jobs,
    calls: new Map(recording.calls.map((call) => [call.number, call])),
    callsByTag: Map.groupBy(recording.calls, (call) => call.tag ?? ''),
  };
}

export function isKind<K extends ClientLine['kind']>(kind: K) {
  return (line: ClientLine): line is ClientLineOf<K> => line.kind === kind;
}

function viewJob(
  jobId: string,
  lines: readonly LogLine[],
  submission: Submission | undefined,
): JobView {
  const entries = lines.map((line) => line.entry);
  const terminal = entries.find((entry) => entry.type === 'terminal');
  return { jobId, lines, entries, terminal, submission };
}
