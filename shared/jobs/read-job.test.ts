import { expect, it } from 'vitest';
import { accepted, attempt, delta, newRef } from '../../test/support/builders.ts';
import { MemoryJobLog } from '../../test/support/memory-job-log.ts';
import { readJob } from './read-job.ts';

const ref = newRef();

it('folds a log of many pages once, in order, and says where it ends', async () => {
  const log = new MemoryJobLog({ pageEntries: 3, now: () => 5_000 });
  const deltas = Array.from({ length: 20 }, (_, index) => delta(index + 3, `${index} `));
  log.add(newRef(), accepted(ref), accepted(ref));
  const last = log.add(ref, accepted(ref), attempt(2), ...deltas);

  const job = await readJob(log, ref, 3);

  expect(job.fold.seq).toBe(22);
  expect(job.fold.answer('stop').text).toBe(deltas.map((_, index) => `${index} `).join(''));
  expect(job).toMatchObject({ sequence: last, lastStoredAtMs: 5_000 });
});

it('reads an empty log as a job that nothing has happened to', async () => {
  const job = await readJob(new MemoryJobLog(), ref);

  expect(job).toMatchObject({ sequence: 0, lastStoredAtMs: undefined, fold: { seq: 0 } });
});
