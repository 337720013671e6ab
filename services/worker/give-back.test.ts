import { beforeEach, describe, expect, it } from 'vitest';
import type { JobEntry } from '../../shared/contracts/events/job-entry.ts';
import type { JobRef } from '../../shared/core/ids.ts';
import {
  accepted,
  aRecord,
  aResult,
  attempt,
  failed,
  newRef,
  terminal,
} from '../../test/support/builders.ts';
import { MemoryJobLog } from '../../test/support/memory-job-log.ts';
import { MemoryJobStore } from '../../test/support/memory-job-store.ts';
import { RecordingQueue } from '../../test/support/recording-ports.ts';
import { giveBack } from './give-back.ts';

let ref: JobRef;
let log: MemoryJobLog;
let store: MemoryJobStore;
let queue: RecordingQueue;

beforeEach(() => {
  ref = newRef();
  log = new MemoryJobLog();
  store = new MemoryJobStore();
  queue = new RecordingQueue();
});

describe('giveBack', () => {
  it('asks the router for the same attempt again, as the next turn, where the log stands', async () => {
    given([accepted(ref), attempt(2, 1), failed(3)], 'batch');

    const isGiven = await give({ attempt: 2, turn: 1 });

    expect(isGiven).toBe(true);
    expect([...queue.items.values()]).toEqual([
      {
        queue: 'jobs',
        message: { ...ref, attempt: 2, turn: 2, logSequence: 3, seq: 3 },
        options: { priority: 'batch' },
      },
    ]);
  });

  it.each<[string, (ref: JobRef) => JobEntry[]]>([
    ['runs, perhaps under a worker that is gone', (job) => [accepted(job), attempt(2, 1)]],
    ['is over', (job) => [accepted(job), attempt(2, 1), failed(3)]],
    ['belongs to a job that has ended', (job) => [accepted(job), attempt(2), terminal(3)]],
    ['has no log', () => []],
  ])('leaves an attempt alone that %s', async (_what, entries) => {
    given(entries(ref));

    expect(await give({ attempt: 1 })).toBe(false);
    expect(queue.items.size).toBe(0);
  });

  it('leaves a job alone that is unknown or settled', async () => {
    const before = await give({ attempt: 1 });
    given([accepted(ref)]);
    await store.settle(ref, { acceptedAtMs: 1, result: aResult(ref), attempts: [] });

    expect([before, await give({ attempt: 1 })]).toEqual([false, false]);
  });
});

function given(entries: readonly JobEntry[], priority: 'interactive' | 'batch' = 'interactive') {
  log.add(ref, ...entries);
  store.add(aRecord(ref, { priority }));
}

function give(place: { readonly attempt: number; readonly turn?: number }): Promise<boolean> {
  const message = { ...ref, logSequence: 0, seq: 0, deployment: 'one/a', reason: '', ...place };
  return giveBack({ store, log, queue }, message);
}
