import { describe, expect, it } from 'vitest';
import type { JobEntry } from '../../shared/contracts/events/job-entry.ts';
import { checkRecording } from './check-recording.ts';
import type { ClientLine, Recording } from './recording.ts';
import { indexRecording } from './recording-index.ts';
import { countSightings } from './sightings.ts';
import { goodRecording, PLAIN_JOB, storedLines, TAKEN_OVER_JOB } from './synthetic-recording.ts';

describe('the checker', () => {
  it('finds nothing wrong with a good recording', () => {
    const violations = checkRecording(indexRecording(goodRecording()));

    expect(violations).toEqual([]);
  });

  it('counts what the good recording shows', () => {
    const sightings = countSightings(indexRecording(goodRecording()));

    expect(sightings).toEqual({
      takeovers: 1,
      zombies: 1,
      fencedWrites: 1,
      duplicateWrites: 0,
      failovers: 1,
      resets: 1,
      resumes: 1,
      disconnects: 1,
      repeats: 0,
      unanswered: 0,
    });
  });

  it.each<[string, string, Recording]>([
    ['a job that is not in the log', 'I1', withLog(PLAIN_JOB, () => [])],
    ['a dropped terminal entry', 'I1', withLog(PLAIN_JOB, (log) => log.slice(0, -1))],
    ['a terminal entry that came too late', 'I1', withLateEnd()],
    ['a second terminal entry', 'I2', withLog(PLAIN_JOB, (log) => [...log, ...log.slice(-1)])],
    [
      'an entry after the terminal one',
      'I2',
      withLog(PLAIN_JOB, (log) => [...log, ...log.slice(2, 3)]),
    ],
    ['no result message', 'I2', spoiled({ results: [] })],
    ['a gap in the log', 'I3', withLog(PLAIN_JOB, (log) => log.toSpliced(2, 1), 'as they are')],
    ['a gap in what a client got', 'I3', withClient(0, (lines) => lines.toSpliced(4, 1))],
    ['a frame given twice', 'I3', withClient(0, (lines) => lines.toSpliced(4, 0, ...pick(lines)))],
    ['a hole after a resumption', 'I22', withClient(1, (lines) => lines.toSpliced(8, 1))],
    ['a doubled chunk', 'I4', withLog(PLAIN_JOB, (log) => log.toSpliced(3, 0, ...log.slice(3, 4)))],
    ['a lost chunk', 'I4', withLog(PLAIN_JOB, (log) => log.toSpliced(2, 1))],
    ['text of two attempts in one', 'I4', withLog(TAKEN_OVER_JOB, without('reset'))],
    ['a result with another text', 'I4', withOtherResult()],
    ['a frame that is not in the log', 'I4', withLog(PLAIN_JOB, (log) => log.slice(0, 2))],
    [
      'an old attempt that writes after a new one began: no fence',
      'I5',
      withLog(TAKEN_OVER_JOB, (log) => log.toSpliced(6, 0, ...log.slice(2, 3))),
    ],
    ['an attempt that begins while one is open', 'I5', withLog(TAKEN_OVER_JOB, without('failed'))],
    ['an answer that the provider never finished', 'I6', withCall({ endedHow: 'fault' })],
    ['a completed job without its last token', 'I6', withShortAnswer()],
    ['a job billed twice', 'I7', spoiled({ ledger: doubled(goodRecording().ledger) })],
    ['a job not billed', 'I7', spoiled({ ledger: goodRecording().ledger.slice(1) })],
    ['a job billed for the attempt that is not shown', 'I7', withOtherDeployment()],
    ['usage that is not what was shown', 'I7', withUsage()],
    ['two jobs for one key', 'I10', withSecondJob()],
    ['a cancel that did not hold', 'I11', withClient(0, cancelled)],
    ['a job that did not complete in good weather', 'I21', withFailedProbe()],
  ])('is turned red by %s', (_what, invariant, recording) => {
    const violations = checkRecording(indexRecording(recording));

    expect(violations.map((violation) => violation.invariant)).toContain(invariant);
  });

  it('gives a job more time while a fault is under way at its last moment', () => {
    const late = withLateEnd();
    const outage = { kind: 'kill', target: 'nats', detail: '', at: 0, endedAt: 1_800_000_055_000 };

    const violations = checkRecording(indexRecording({ ...late, actions: [outage] }));

    expect(violations).toEqual([]);
  });
});

function spoiled(changes: Partial<Recording>): Recording {
  return { ...goodRecording(), ...changes };
}

/** The entries of one job changed, and numbered anew unless the numbers are the point. */
function withLog(
  jobId: string,
  change: (entries: readonly JobEntry[]) => readonly JobEntry[],
  numbers: 'new' | 'as they are' = 'new',
): Recording {
  const recording = goodRecording();
  const logs = Map.groupBy(recording.log, (line) => line.jobId);
  const changed = [...logs].map(([id, lines]) => {
    const entries = lines.map((line) => line.entry);
    return { jobId: id, entries: id === jobId ? renumber(change(entries), numbers) : entries };
  });
  return { ...recording, log: storedLines(changed) };
}

function renumber(entries: readonly JobEntry[], numbers: 'new' | 'as they are'): JobEntry[] {
  return entries.map((entry, index) => (numbers === 'new' ? { ...entry, seq: index + 1 } : entry));
}

function without(type: JobEntry['type']) {
  return (entries: readonly JobEntry[]) => entries.filter((entry) => entry.type !== type);
}

function withClient(
  index: number,
  change: (lines: readonly ClientLine[]) => readonly ClientLine[],
): Recording {
  const recording = goodRecording();
  return {
    ...recording,
    clients: recording.clients.map((lines, at) => (at === index ? change(lines) : lines)),
  };
}

function pick(lines: readonly ClientLine[]): readonly ClientLine[] {
  return lines.slice(4, 5);
}

function withLateEnd(): Recording {
  const recording = goodRecording();
  const log = recording.log.map((line) =>
    line.entry.type === 'terminal' ? { ...line, storedAt: line.storedAt + 50_000 } : line,
  );
  return { ...recording, log };
}

function withOtherResult(): Recording {
  const { results } = goodRecording();
  const answer = { text: 'something else', toolCalls: [], finishReason: 'stop' as const };
  return spoiled({ results: results.map((result) => ({ ...result, result: answer })) });
}

function withCall(change: { readonly endedHow: 'fault' }): Recording {
  return spoiled({ calls: goodRecording().calls.map((call) => ({ ...call, ...change })) });
}

function withShortAnswer(): Recording {
  return withLog(PLAIN_JOB, (log) => log.toSpliced(3, 1));
}

function doubled<T extends { readonly day: string }>(lines: readonly T[]): T[] {
  return lines.flatMap((line) => [line, { ...line, day: '20270116' }]);
}

function withOtherDeployment(): Recording {
  const { ledger } = goodRecording();
  return spoiled({
    ledger: ledger.map((line) => ({ ...line, row: { ...line.row, deployment: 'one/a' } })),
  });
}

function withUsage(): Recording {
  const usage = { inputTokens: 10, outputTokens: 9 };
  const recording = withLog(PLAIN_JOB, (log) =>
    log.map((entry) => (entry.type === 'terminal' ? { ...entry, usage } : entry)),
  );
  return {
    ...recording,
    ledger: recording.ledger.map((line) => ({ ...line, row: { ...line.row, usage } })),
  };
}

/** The second job's submission turns out to be a repeat of the first one's. */
function withSecondJob(): Recording {
  return withClient(0, (lines) => [
    ...lines,
    { kind: 'ack', at: 1_800_000_000_000, tag: 'tag-one', jobId: TAKEN_OVER_JOB },
  ]);
}

function cancelled(lines: readonly ClientLine[]): ClientLine[] {
  return [
    ...lines,
    { kind: 'cancelled', at: 1_800_000_000_500, jobId: PLAIN_JOB, status: 'cancelled' },
  ];
}

function withFailedProbe(): Recording {
  const recording = withLog(PLAIN_JOB, (log) =>
    log.map((entry) => (entry.type === 'terminal' ? { ...entry, outcome: 'expired' } : entry)),
  );
  const clients = recording.clients.map((lines) =>
    lines.map((line) => (line.kind === 'submit' ? { ...line, isProbe: true } : line)),
  );
  return { ...recording, clients };
}
