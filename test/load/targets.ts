import { FLOOR_CLIENTS, type Floor } from './measure-floor.ts';
import type { Measurement } from './measure-load.ts';

/** A first target of the project, as a ratio within one run, so that it holds on any machine. */
export interface Verdict {
  readonly what: string;
  readonly measured: number;
  readonly wanted: number;
  readonly unit: 'ratio' | 'ms';
  readonly isMet: boolean;
}

const JOBS_OF_FLOOR = 0.5;
const STREAMS_OF_UPSTREAM = 0.6;
const FIRST_TOKEN_OF_FLOOR = 1.5;
const FIRST_TOKEN_EXTRA_MS = 5;

export interface Judged {
  readonly floor: Floor;
  readonly rows: readonly Measurement[];
  /** Name of the target that is judged. */
  readonly product: string;
  /** Name of the target that stands behind it. */
  readonly upstream: string;
}

/** Holds a run against the targets; one whose measurements were left out of the run is left out here. */
export function judgeTargets({ floor, rows, product, upstream }: Judged): readonly Verdict[] {
  const row = (target: string, mode: Measurement['mode'], clients: number) =>
    rows.find((one) => one.target === target && one.mode === mode && one.clients === clients);
  const verdicts: Verdict[] = [];

  const jobs = row(product, 'whole', FLOOR_CLIENTS);
  if (jobs !== undefined) {
    const measured = jobs.answersPerSecond / floor.jobsPerSecond;
    verdicts.push({
      what: `jobs/s at ${String(FLOOR_CLIENTS)} clients, of the floor's`,
      measured,
      wanted: JOBS_OF_FLOOR,
      unit: 'ratio',
      isMet: measured >= JOBS_OF_FLOOR,
    });
  }

  const before = row(upstream, 'stream', 1)?.firstToken;
  const behind = row(product, 'stream', 1)?.firstToken;
  if (before !== undefined && behind !== undefined) {
    const measured = behind.p50 - before.p50;
    const wanted = FIRST_TOKEN_OF_FLOOR * floor.latency.p50 + FIRST_TOKEN_EXTRA_MS;
    const what = 'added to the first token, 1 client, p50';
    verdicts.push({ what, measured, wanted, unit: 'ms', isMet: measured <= wanted });
  }

  const alone = row(upstream, 'stream', FLOOR_CLIENTS);
  const streams = row(product, 'stream', FLOOR_CLIENTS);
  if (alone !== undefined && streams !== undefined) {
    const measured = streams.answersPerSecond / alone.answersPerSecond;
    verdicts.push({
      what: `streams/s at ${String(FLOOR_CLIENTS)} clients, of the upstream alone`,
      measured,
      wanted: STREAMS_OF_UPSTREAM,
      unit: 'ratio',
      isMet: measured >= STREAMS_OF_UPSTREAM,
    });
  }
  return verdicts;
}
