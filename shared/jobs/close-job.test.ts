import { expect, it } from 'vitest';
import { accepted, attempt, delta, newRef, terminal } from '../../test/support/builders.ts';
import { MemoryJobLog } from '../../test/support/memory-job-log.ts';
import { LogUnavailableError } from '../ports/job-log.ts';
import { closeJob } from './close-job.ts';
import type { ReadJob } from './read-job.ts';

const ref = newRef();

it('ends an open job and fences its owner off', async () => {
  const log = new MemoryJobLog();
  const ownersSequence = log.add(ref, accepted(ref), attempt(2));

  const job = await close(log);

  const late = await log.append(ref, delta(3, 'late'), {
    expectedSequence: ownersSequence,
    deadlineMs: 1_000,
  });
  expect(job.fold.terminal).toMatchObject({ outcome: 'cancelled', seq: 3 });
  expect(late).toEqual({ kind: 'fenced' });
});

it('answers the end that is there already and writes no second one', async () => {
  const log = new MemoryJobLog();
  log.add(ref, accepted(ref), attempt(2), terminal(3));

  const job = await close(log);

  expect(job.fold.terminal).toMatchObject({ outcome: 'completed' });
  expect(log.entriesOf(ref)).toHaveLength(3);
});

it('reads again and tries again when the owner is quicker, until it has the end in', async () => {
  const log = new MemoryJobLog();
  log.add(ref, accepted(ref), attempt(2));
  const late = [delta(3, 'a'), delta(4, 'b'), delta(5, 'c')];
  log.beforeAppend = () => {
    log.add(ref, ...late.splice(0, 1));
  };

  const job = await close(log);

  expect(job.fold.terminal).toMatchObject({ outcome: 'cancelled', seq: 6 });
  expect(job.fold.answer('stop').text).toBe('abc');
});

it('gives way to an end that the owner wrote in between', async () => {
  const log = new MemoryJobLog();
  log.add(ref, accepted(ref), attempt(2));
  log.beforeAppend = () => {
    log.add(ref, terminal(3));
  };

  const job = await close(log);

  expect(job.fold.terminal).toMatchObject({ outcome: 'completed' });
  expect(log.entriesOf(ref)).toHaveLength(3);
});

it('leaves open a job that it is told to leave, and one without a log', async () => {
  const log = new MemoryJobLog();
  const empty = await close(log);
  log.add(ref, accepted(ref));

  const left = await closeJob({
    log,
    ref,
    fromSequence: 0,
    writerId: 'closer',
    makeTerminal: () => undefined,
  });

  expect([empty.fold.terminal, left.fold.terminal]).toEqual([undefined, undefined]);
  expect(log.entriesOf(ref)).toHaveLength(1);
});

it('answers the job without an end when the log does not take one', async () => {
  const log = new MemoryJobLog();
  log.add(ref, accepted(ref));
  log.beforeAppend = () => {
    log.mood = 'silent';
  };

  const job = await close(log);

  expect(job.fold.terminal).toBeUndefined();
});

it('throws when the log does not answer at all', async () => {
  const log = new MemoryJobLog();
  log.mood = 'silent';

  await expect(close(log)).rejects.toThrow(LogUnavailableError);
});

/** Closes as cancelled. */
function close(log: MemoryJobLog): Promise<ReadJob> {
  const end = terminal(1, { outcome: 'cancelled', finishReason: 'error' });
  return closeJob({
    log,
    ref,
    fromSequence: 0,
    writerId: 'closer',
    makeTerminal: () => ({
      at: end.at,
      attempt: 1,
      outcome: end.outcome,
      finishReason: end.finishReason,
    }),
  });
}
