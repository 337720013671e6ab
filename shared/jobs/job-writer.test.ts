import { expect, it } from 'vitest';
import { ACCEPTED_AT_MS, newRef } from '../../test/support/builders.ts';
import { MemoryJobLog } from '../../test/support/memory-job-log.ts';
import type { JobRef } from '../core/ids.ts';
import { JobFold } from './job-fold.ts';
import { JobWriter, type NewEntry } from './job-writer.ts';

const at = ACCEPTED_AT_MS;
const ACCEPTED: NewEntry = { type: 'accepted', at, jobId: 'job', configVersion: 'v1' };
const ATTEMPT: NewEntry = {
  type: 'attempt',
  at,
  attempt: 1,
  deployment: 'one/model',
  requestModel: 'model',
  reason: '',
};
const DELTA: NewEntry = { type: 'delta', attempt: 1, parts: [{ type: 'text', text: 'Hi' }] };

it('numbers the entries, puts each behind the one before and keeps its fold up to date', async () => {
  const log = new MemoryJobLog();
  const writer = openWriter(log);

  await writer.append(ACCEPTED);
  await writer.append(ATTEMPT);
  await writer.append(DELTA);

  expect(log.entriesOf(REF).map(({ seq, type }) => [seq, type])).toEqual([
    [1, 'accepted'],
    [2, 'attempt'],
    [3, 'delta'],
  ]);
  expect(writer.fold.answer('stop').text).toBe('Hi');
  expect(writer.sequence).toBe(3);
});

it('is refused for ever once somebody else has appended, and its fold stays as it was', async () => {
  const log = new MemoryJobLog();
  const zombie = openWriter(log, 'zombie');
  await zombie.append(ACCEPTED);
  const successor = openWriter(log, 'successor', zombie);
  await successor.append(ATTEMPT);

  const answers = [await zombie.append(ATTEMPT), await zombie.append(DELTA)];

  expect(answers).toEqual([{ kind: 'fenced' }, { kind: 'fenced' }]);
  expect(zombie.fold.seq).toBe(1);
  expect(log.entriesOf(REF)).toHaveLength(2);
});

it('does not take another writer for itself when both append the same entry', async () => {
  const log = new MemoryJobLog();

  const answers = await Promise.all([
    openWriter(log, 'first').append(ACCEPTED),
    openWriter(log, 'second').append(ACCEPTED),
  ]);

  expect(answers.map(({ kind }) => kind)).toEqual(['stored', 'fenced']);
});

it('knows its own rare entry again when the answer to it was lost', async () => {
  const log = new MemoryJobLog();
  const writer = openWriter(log);
  log.mood = 'loses-answers';
  const lost = await writer.append(ACCEPTED);
  log.mood = 'well';

  const repeated = await writer.append(ACCEPTED);

  expect(lost).toEqual({ kind: 'unavailable', mayBeStored: true });
  expect(repeated.kind).toBe('stored');
  expect(log.entriesOf(REF)).toHaveLength(1);
});

it('changes nothing of its own while the log takes nothing', async () => {
  const log = new MemoryJobLog();
  const writer = openWriter(log);
  await writer.append(ACCEPTED);
  log.mood = 'silent';

  const answer = await writer.append(ATTEMPT);

  expect(answer.kind).toBe('unavailable');
  expect([writer.sequence, writer.fold.seq]).toEqual([1, 1]);
});

it('sends a message id with the rare entries only: ids cost the server memory', async () => {
  const ids: (string | undefined)[] = [];
  const log = new MemoryJobLog();
  const append = log.append.bind(log);
  log.append = (ref, entry, options) => {
    ids.push(options.messageId);
    return append(ref, entry, options);
  };
  const writer = openWriter(log, 'w');

  await writer.append(ACCEPTED);
  await writer.append(ATTEMPT);
  await writer.append(DELTA);
  await writer.append({ type: 'reset', attempt: 1, keepTo: 0 });

  expect(ids).toEqual([`${REF.jobId}.1.w`, `${REF.jobId}.2.w`, undefined, undefined]);
});

const REF: JobRef = newRef();

/** A writer at the start of the job, or where `from` stands. */
function openWriter(log: MemoryJobLog, writerId = 'writer', from?: JobWriter): JobWriter {
  const fold = new JobFold();
  if (from !== undefined) for (const entry of log.entriesOf(REF)) fold.apply(entry);
  const sequence = from?.sequence ?? 0;
  return new JobWriter({ log, ref: REF, sequence, fold, writerId, appendDeadlineMs: 1_000 });
}
