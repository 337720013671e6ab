import type { JobEntry } from '../../shared/contracts/events/job-entry.ts';
import type { LogLine, PublishLine } from './recording.ts';
import { isKind, type RecordingIndex } from './recording-index.ts';

/** How often a run saw what it is made to provoke: a run in which nothing happened proves nothing. */
export interface Sightings {
  /** Attempts that another worker ended because their owner was gone. */
  readonly takeovers: number;
  /** Takeovers of an owner that still lived: it tried to write after its attempt was over. */
  readonly zombies: number;
  /** Appends that the log refused, because somebody else had written meanwhile. */
  readonly fencedWrites: number;
  /** Appends that came twice and were stored once. */
  readonly duplicateWrites: number;
  /** Attempts at another deployment than the one before. */
  readonly failovers: number;
  /** Shown text that was taken back. */
  readonly resets: number;
  /** Connections that began behind a cursor and got entries. */
  readonly resumes: number;
  readonly disconnects: number;
  /** Submissions that were answered more than once with the same job. */
  readonly repeats: number;
  readonly unanswered: number;
}

/** As the worker words it that takes over (services/worker/claim-job.ts). */
const TAKEOVER = 'the worker that ran the attempt is gone';

export function countSightings(index: RecordingIndex): Sightings {
  const { recording, jobs, submissions } = index;
  const clients = recording.clients.flat();
  const { fenced, duplicateWrites } = sortAppends(recording.log, recording.publishes);
  const takeovers = recording.log.filter(({ entry }) => isTakeover(entry));
  const withFrames = new Set(
    recording.clients.flatMap((lines, client) =>
      lines.filter(isKind('frame')).map((line) => `${String(client)} ${String(line.connection)}`),
    ),
  );
  const resumes = recording.clients.flatMap((lines, client) =>
    lines
      .filter(isKind('open'))
      .filter(({ after }) => after > 0)
      .filter(({ connection }) => withFrames.has(`${String(client)} ${String(connection)}`)),
  );
  return {
    takeovers: takeovers.length,
    zombies: takeovers.filter(({ jobId, storedAt }) =>
      fenced.some((write) => write.jobId === jobId && write.at > storedAt),
    ).length,
    fencedWrites: fenced.length,
    duplicateWrites,
    failovers: [...jobs.values()].reduce((sum, job) => sum + countFailovers(job.entries), 0),
    resets: recording.log.filter(({ entry }) => entry.type === 'reset').length,
    resumes: resumes.length,
    disconnects: clients.filter(isKind('disconnect')).length,
    repeats: [...submissions.values()].filter(({ acks }) => acks.length > 1).length,
    unanswered: clients.filter(isKind('refused')).filter(({ status }) => status === undefined)
      .length,
  };
}

function isTakeover(entry: JobEntry): boolean {
  return entry.type === 'failed' && entry.failure.message === TAKEOVER;
}

function countFailovers(entries: readonly JobEntry[]): number {
  const deployments = entries.flatMap((entry) =>
    entry.type === 'attempt' ? [entry.deployment] : [],
  );
  return deployments.filter((one, index) => index > 0 && one !== deployments[index - 1]).length;
}

/**
 * Compares what was tried on the wire with what the log kept. An append is fenced when the log does not hold it and does
 * hold a later entry of its job than the one that it followed; one that is merely missing was lost with the server.
 */
function sortAppends(
  log: readonly LogLine[],
  publishes: readonly PublishLine[],
): { readonly fenced: readonly PublishLine[]; readonly duplicateWrites: number } {
  const kept = new Set(log.map(keyOf));
  const lastSequence = new Map(log.map((line) => [line.jobId, line.sequence]));
  const seen = new Set<string>();
  const fenced: PublishLine[] = [];
  let duplicateWrites = 0;
  for (const line of publishes) {
    const key = keyOf(line);
    if (kept.has(key)) {
      if (seen.has(key)) duplicateWrites += 1;
      seen.add(key);
    } else if ((lastSequence.get(line.jobId) ?? 0) > (line.expected ?? 0)) fenced.push(line);
  }
  return { fenced, duplicateWrites };
}

function keyOf({ jobId, expected, messageId, hash }: Omit<PublishLine, 'at'>): string {
  return [jobId, expected ?? '', messageId ?? '', hash].join(' ');
}
