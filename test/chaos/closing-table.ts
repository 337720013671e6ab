import { type Column, columnLine, titleLine } from '../../infra/report/columns.ts';
import { quantile } from '../../infra/report/quantile.ts';
import { cancelLatencies } from './check-cancels.ts';
import type { RecordingIndex } from './recording-index.ts';
import { countSightings } from './sightings.ts';
import type { Violation } from './violation.ts';

const MAX_SHOWN = 20;

const COLUMNS: readonly Column[] = [
  { title: 'what', width: 34, align: 'left' },
  { title: 'count', width: 10, align: 'right' },
];

/** What a run saw and what it found, for people. */
export function closingTable(index: RecordingIndex, violations: readonly Violation[]): string {
  const lines = rowsOf(index, violations).map(([what, count]) =>
    columnLine(COLUMNS, [what, String(count)]),
  );
  const found = violations
    .slice(0, MAX_SHOWN)
    .map(({ invariant, subject, detail }) => `${invariant}  ${subject}  ${detail}`);
  const more = violations.length - found.length;
  return [
    titleLine(COLUMNS),
    ...lines,
    ...(found.length === 0 ? [] : ['', ...found]),
    ...(more > 0 ? [`and ${String(more)} more`] : []),
  ].join('\n');
}

function rowsOf(
  index: RecordingIndex,
  violations: readonly Violation[],
): (readonly [string, number | string])[] {
  const { recording, jobs } = index;
  const { actions } = recording;
  const kinds = Map.groupBy(actions, (action) => action.kind);
  const outcomes = Map.groupBy(jobs.values(), (job) => job.terminal?.outcome ?? 'no end');
  const seen = countSightings(index);
  const latencies = cancelLatencies(index).toSorted((a, b) => a - b);
  return [
    ...counted(kinds, 'fault: '),
    ['jobs', jobs.size],
    ...counted(outcomes, 'jobs '),
    ['log entries', recording.log.length],
    ['provider calls', recording.calls.length],
    ['takeovers', seen.takeovers],
    ['takeovers of a living owner', seen.zombies],
    ['fenced writes', seen.fencedWrites],
    ['writes that came twice', seen.duplicateWrites],
    ['failovers', seen.failovers],
    ['texts taken back', seen.resets],
    ['disconnects', seen.disconnects],
    ['resumes behind a cursor', seen.resumes],
    ['repeated submissions', seen.repeats],
    ['submissions without answer', seen.unanswered],
    ['cancel to closed call, p50 ms', quantileOf(latencies, 0.5)],
    ['cancel to closed call, p99 ms', quantileOf(latencies, 0.99)],
    ['violations', violations.length],
  ];
}

function quantileOf(sorted: readonly number[], share: number): string {
  return sorted.length === 0 ? '-' : String(quantile(sorted, share));
}

function counted(
  groups: ReadonlyMap<string, readonly unknown[]>,
  prefix: string,
): (readonly [string, number])[] {
  return [...groups]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([name, list]) => [prefix + name, list.length] as const);
}
