import { beforeEach, describe, expect, it } from 'vitest';
import type { JobEntry } from '../../shared/contracts/events/job-entry.ts';
import type { JobRef } from '../../shared/core/ids.ts';
import {
  ACCEPTED_AT_MS,
  aCatalogue,
  accepted,
  aRecord,
  attempt,
  delta,
  failed,
  newRef,
  terminal,
} from '../../test/support/builders.ts';
import { MemoryJobLog } from '../../test/support/memory-job-log.ts';
import { MemoryJobStore } from '../../test/support/memory-job-store.ts';
import { quietLogger } from '../../test/support/quiet-logger.ts';
import { RecordingQueue, RecordingResults } from '../../test/support/recording-ports.ts';
import { watchedBreakers } from '../../test/support/watched-breakers.ts';
import {
  RECONCILE_START,
  type ReconcileDependencies,
  type ReconcileProgress,
  reconcile,
} from './reconcile.ts';

const CATALOGUE = aCatalogue({ deployments: [{ id: 'one/a', provider: 'one', model: 'a' }] });

let ref: JobRef;
let nowMs: number;
let log: MemoryJobLog;
let store: MemoryJobStore;
let queue: RecordingQueue;
let results: RecordingResults;

beforeEach(() => {
  ref = newRef();
  nowMs = ACCEPTED_AT_MS + 1_000;
  log = new MemoryJobLog();
  store = new MemoryJobStore(() => nowMs);
  queue = new RecordingQueue();
  results = new RecordingResults();
});

describe('reconcile', () => {
  it('enqueues a job again that no queue holds in two rounds', async () => {
    given([accepted(ref)]);

    await rounds(2);

    expect(items()).toMatchObject([{ queue: 'jobs', message: { attempt: 1 } }]);
  });

  it('leaves a job alone that is on no queue for one moment only', async () => {
    given([accepted(ref)]);

    await rounds(1);

    expect(items()).toEqual([]);
  });

  it('leaves a job alone that goes on between two rounds', async () => {
    given([accepted(ref)]);

    const progress = await rounds(1);
    log.add(ref, attempt(2));
    await rounds(1, progress);

    expect(items()).toEqual([]);
  });

  it('leaves a job alone that a queue holds', async () => {
    given([accepted(ref)]);
    const message = { ...ref, attempt: 1, logSequence: 1, seq: 1 };
    await queue.enqueueRoute(message, { priority: 'batch' });

    await rounds(3);

    expect(items()).toMatchObject([{ options: { priority: 'batch' } }]);
  });

  it('finishes an acceptance that stopped between record and log', async () => {
    given([]);

    await rounds(2);

    expect(log.entriesOf(ref)).toMatchObject([{ type: 'accepted', seq: 1 }]);
    expect(items()).toMatchObject([{ queue: 'jobs', message: { attempt: 1, seq: 1 } }]);
  });

  it('gives an attempt out again whose worker is gone', async () => {
    given([accepted(ref), attempt(2, 1, 'one/a'), delta(3, 'Bec')]);

    await rounds(2);

    expect(items()).toMatchObject([
      { queue: 'one', message: { attempt: 1, deployment: 'one/a', seq: 3 } },
    ]);
  });

  it('asks the router for the next attempt when the last one failed and nobody said so', async () => {
    given([accepted(ref), attempt(2, 1, 'one/a'), failed(3, 'timeout')]);

    await rounds(2);

    expect(items()).toMatchObject([{ queue: 'jobs', message: { attempt: 2, seq: 3 } }]);
  });

  it('settles a job that ended and was not settled', async () => {
    given([accepted(ref), attempt(2, 1, 'one/a'), delta(3, 'Because.'), terminal(4)]);

    await rounds(2);

    expect(results.published.get(ref.jobId)).toMatchObject({ status: 'completed' });
    expect((await store.get(ref))?.settled).toBeDefined();
    expect(items()).toEqual([]);
  });

  it('ends a job past its deadline as expired, whoever owns it', async () => {
    given([accepted(ref), attempt(2, 1, 'one/a'), delta(3, 'Bec')]);
    nowMs = ACCEPTED_AT_MS + 600_001;

    await rounds(1);

    expect(log.entriesOf(ref).at(-1)).toMatchObject({ type: 'terminal', outcome: 'expired' });
    expect(results.published.get(ref.jobId)).toMatchObject({ status: 'expired' });
  });

  it('forgets a job past its deadline that was never accepted', async () => {
    given([]);
    nowMs = ACCEPTED_AT_MS + 600_001;

    await rounds(1);

    expect(await store.get(ref)).toBeUndefined();
    expect(log.entriesOf(ref)).toEqual([]);
  });
});

function given(entries: readonly JobEntry[]): void {
  log.add(ref, ...entries);
  store.add(aRecord(ref, { acceptedSequence: entries.length > 0 ? 1 : 0 }));
}

async function rounds(count: number, from = RECONCILE_START): Promise<ReconcileProgress> {
  const dependencies: ReconcileDependencies = {
    store,
    log,
    queue,
    results,
    catalogue: CATALOGUE,
    retries: { spend: () => Promise.resolve(true), earn: () => undefined },
    breakers: watchedBreakers(() => nowMs).breakers,
    unsupportedBy: () => undefined,
    instanceId: 'router-1',
    now: () => nowMs,
    random: () => 0.5,
    logger: quietLogger,
  };
  let progress = from;
  for (let round = 0; round < count; round += 1) progress = await reconcile(dependencies, progress);
  return progress;
}

function items() {
  return [...queue.items.values()];
}
