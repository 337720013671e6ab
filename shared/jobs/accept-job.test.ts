import { beforeEach, expect, it } from 'vitest';
import { ACCEPTED_AT_MS, aRecord, newRef } from '../../test/support/builders.ts';
import { MemoryJobLog } from '../../test/support/memory-job-log.ts';
import { MemoryJobStore } from '../../test/support/memory-job-store.ts';
import { RecordingQueue } from '../../test/support/recording-ports.ts';
import type { JobRef } from '../core/ids.ts';
import { type Acceptance, acceptJob } from './accept-job.ts';

let log: MemoryJobLog;
let queue: RecordingQueue;
let store: MemoryJobStore;
let ref: JobRef;

beforeEach(() => {
  log = new MemoryJobLog();
  queue = new RecordingQueue();
  store = new MemoryJobStore();
  ref = newRef();
  store.add(aRecord(ref, { acceptedSequence: 0 }));
});

it('writes the first entry, puts the job on the queue and notes where its log begins', async () => {
  const acceptance = await accept('intake-1');

  expect(acceptance).toBe('accepted');
  expect(log.entriesOf(ref)).toEqual([
    { type: 'accepted', seq: 1, at: ACCEPTED_AT_MS, jobId: ref.jobId, configVersion: 'v7' },
  ]);
  expect([...queue.items.values()]).toEqual([
    {
      queue: 'jobs',
      message: { ...ref, attempt: 1, logSequence: 1, seq: 1 },
      options: { priority: 'batch' },
    },
  ]);
  expect(await store.locate(ref)).toMatchObject({ acceptedSequence: 1 });
});

it('leaves an entry of somebody else alone and still makes sure that a queue holds the job', async () => {
  await accept('intake-1');
  queue.items.clear();

  const again = await accept('reconciler');

  expect(again).toBe('accepted');
  expect(log.entriesOf(ref)).toHaveLength(1);
  expect([...queue.items.values()].map(({ message }) => message)).toEqual([
    { ...ref, attempt: 1, logSequence: 0, seq: 0 },
  ]);
  expect(await store.locate(ref)).toMatchObject({ acceptedSequence: 1 });
});

it('accepts once when two finish the same half-done job at the same time', async () => {
  await Promise.all([accept('intake-1'), accept('intake-2'), accept('reconciler')]);

  expect(log.entriesOf(ref)).toHaveLength(1);
  expect(queue.items.size).toBe(1);
});

it('does not know whether it accepted when the answer was lost, and queues nothing', async () => {
  log.mood = 'loses-answers';

  expect(await accept('intake-1')).toBe('unknown');
  expect(queue.items.size).toBe(0);
});

it('knows that it did not accept when the log certainly took nothing', async () => {
  log.append = async () => ({ kind: 'unavailable', mayBeStored: false });

  expect(await accept('intake-1')).toBe('refused');
  expect(queue.items.size).toBe(0);
});

function accept(writerId: string): Promise<Acceptance> {
  return acceptJob(
    { log, queue, store },
    { ref, configVersion: 'v7', priority: 'batch', acceptedAtMs: ACCEPTED_AT_MS, writerId },
  );
}
