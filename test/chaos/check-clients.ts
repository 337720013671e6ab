import { isDeepStrictEqual } from 'node:util';
import type { ClientLine, ClientLineOf } from './recording.ts';
import { isKind, type JobView, type RecordingIndex } from './recording-index.ts';
import { attemptText, shownText } from './shown-text.ts';
import type { Violation } from './violation.ts';

/** What clients were given must be the log: I3, I4 and I22 for each of them. */
export function checkClients(index: RecordingIndex): Violation[] {
  const results = index.recording.results.flatMap((result) =>
    checkFinalText(index, {
      jobId: result.jobId,
      who: 'the result',
      status: result.status,
      text: result.result?.text,
    }),
  );
  return [
    ...checkResults(index),
    ...results,
    ...index.recording.clients.flatMap((lines) => checkClient(index, lines)),
  ];
}

function checkClient(index: RecordingIndex, lines: readonly ClientLine[]): Violation[] {
  const opened = new Map(lines.filter(isKind('open')).map((line) => [line.connection, line.after]));
  const connections = Map.groupBy(lines.filter(isKind('frame')), (line) => line.connection);
  return [
    ...[...connections].flatMap(([connection, frames]) =>
      checkConnection(index, opened.get(connection) ?? 0, frames),
    ),
    ...lines.filter(isKind('chat')).flatMap((chat) => checkChat(index, chat)),
    ...lines
      .filter(isKind('view'))
      .flatMap((view) => checkFinalText(index, { ...view, who: 'the view' })),
  ];
}

/** Frames of one job on one connection: they follow the cursor (I22) and each other (I3), and are the log's (I4). */
function checkConnection(
  { jobs }: RecordingIndex,
  after: number,
  frames: readonly ClientLineOf<'frame'>[],
): Violation[] {
  const violations: Violation[] = [];
  let expected = after + 1;
  for (const { entry, jobId, connection } of frames) {
    const where = `connection ${String(connection)}, seq ${String(entry.seq)}`;
    if (entry.seq !== expected) {
      const invariant = expected === after + 1 && after > 0 ? 'I22' : 'I3';
      const detail = `${where}, expected ${String(expected)}`;
      violations.push({ invariant, subject: jobId, detail });
    }
    expected = entry.seq + 1;
    const stored = jobs.get(jobId)?.entries.find(({ seq }) => seq === entry.seq);
    if (!isDeepStrictEqual(stored, entry)) {
      violations.push({ invariant: 'I4', subject: jobId, detail: `${where} is not the log's` });
    }
  }
  return violations;
}

/** OpenAI's format shows text only. */
function checkChat({ jobs }: RecordingIndex, chat: ClientLineOf<'chat'>): Violation[] {
  const { jobId, text, end } = chat;
  const job = jobs.get(jobId);
  if (end === 'done') {
    const isWhole = job?.terminal?.outcome === 'completed' && shownText(job.entries) === text;
    const detail = 'a chat that ended well has another text or outcome than the log';
    return isWhole ? [] : [{ invariant: 'I4', subject: jobId, detail }];
  }
  const isOfOneAttempt = text === '' || (job !== undefined && isPartOfAttempt(job, text));
  const detail = 'a chat that broke off is not the beginning of an attempt';
  return isOfOneAttempt ? [] : [{ invariant: 'I4', subject: jobId, detail }];
}

function isPartOfAttempt({ entries }: JobView, text: string): boolean {
  return entries.some(
    (entry) => entry.type === 'attempt' && attemptText(entries, entry.attempt).startsWith(text),
  );
}

interface FinalText {
  readonly jobId: string;
  readonly who: string;
  readonly status: string;
  readonly text?: string | undefined;
}

function checkFinalText({ jobs }: RecordingIndex, { jobId, who, status, text }: FinalText) {
  const job = jobs.get(jobId);
  const violations: Violation[] = [];
  if (job?.terminal?.outcome !== status) {
    const detail = `${who} says ${status}, the log ${job?.terminal?.outcome ?? 'nothing'}`;
    violations.push({ invariant: 'I2', subject: jobId, detail });
  }
  if ((text ?? '') !== shownText(job?.entries ?? [])) {
    violations.push({ invariant: 'I4', subject: jobId, detail: `${who} has another text` });
  }
  return violations;
}

/** I2 for pipelines: one result message a finished job. */
function checkResults({ recording, jobs }: RecordingIndex): Violation[] {
  const counts = Map.groupBy(recording.results, (result) => result.jobId);
  return [...jobs.values()].flatMap(({ jobId, terminal }): Violation[] => {
    const count = counts.get(jobId)?.length ?? 0;
    const wanted = terminal === undefined ? 0 : 1;
    if (count === wanted) return [];
    return [{ invariant: 'I2', subject: jobId, detail: `${String(count)} result messages` }];
  });
}
