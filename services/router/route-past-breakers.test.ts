import { beforeEach, describe, expect, it } from 'vitest';
import type { JobEntry } from '../../shared/contracts/events/job-entry.ts';
import type { JobRequest } from '../../shared/contracts/http/job-request.ts';
import type { RouteMessage } from '../../shared/contracts/queue/messages.ts';
import type { JobRef } from '../../shared/core/ids.ts';
import {
  ACCEPTED_AT_MS,
  aCatalogue,
  accepted,
  aRecord,
  aRequest,
  attempt,
  failed,
  newRef,
} from '../../test/support/builders.ts';
import { MemoryJobLog } from '../../test/support/memory-job-log.ts';
import { MemoryJobStore } from '../../test/support/memory-job-store.ts';
import { RecordingQueue, RecordingResults } from '../../test/support/recording-ports.ts';
import { openUntil, watchedBreakers } from '../../test/support/watched-breakers.ts';
import { type RouteDependencies, routeJob } from './route-job.ts';

const CATALOGUE = aCatalogue({
  deployments: [
    { id: 'one/a', provider: 'one', model: 'a', quality: { overall: 0.9 } },
    { id: 'two/b', provider: 'two', model: 'b', quality: { overall: 0.5 } },
  ],
});

let ref: JobRef;
let nowMs: number;
let log: MemoryJobLog;
let store: MemoryJobStore;
let queue: RecordingQueue;
let watched: ReturnType<typeof watchedBreakers>;

beforeEach(() => {
  ref = newRef();
  nowMs = ACCEPTED_AT_MS + 1_000;
  log = new MemoryJobLog();
  store = new MemoryJobStore();
  queue = new RecordingQueue();
  watched = watchedBreakers(() => nowMs);
});

describe('routeJob, where breakers are open,', () => {
  it('goes past an open breaker, and says in the plan for how long it is open', async () => {
    given([accepted(ref)]);
    await open('one/a', 3_100);

    await route(1);

    const { candidates = [] } = (await store.lastPlan(ref)) ?? {};
    expect(lastItem()).toMatchObject({ queue: 'two' });
    expect(candidates[0]?.reasons).toEqual(['its breaker is open for another 4 s']);
  });

  it('waits when only breakers are in the way, until the first may be probed', async () => {
    given([accepted(ref)]);
    await open('one/a', 9_000);
    await open('two/b', 3_000);

    const delivery = await route(1);

    expect(delivery).toEqual({ kind: 'later', delayMs: 3_188 });
    expect([queue.items.size, log.entriesOf(ref).length]).toEqual([0, 1]);
  });

  it.each<[string, JobEntry[], object]>([
    ['as overloaded', [], { class: 'overloaded', retryAfterMs: 599_000 }],
    ['with its own last failure', [attempt(2, 1, 'one/a'), failed(3)], { class: 'server' }],
  ])('ends a job that cannot wait for a breaker %s', async (_how, entries, failure) => {
    given([accepted(ref), ...entries], { routing: { deny: ['two'] } });
    await open('one/a', 599_000);

    await route(entries.length === 0 ? 1 : 2);

    expect(log.entriesOf(ref).at(-1)).toMatchObject({ type: 'terminal', failure });
  });

  it('decides again an attempt that was given back, with the breakers as they are then', async () => {
    given([accepted(ref)]);
    await route(1);
    watched.store.set(scopeOf('one/a'), openUntil(nowMs + 3_000));

    await route(1, { seq: 1, logSequence: 1, turn: 1 });
    await route(1, { seq: 1, logSequence: 1, turn: 1 });

    expect([...queue.items.keys()]).toHaveLength(2);
    expect(lastItem()).toMatchObject({ queue: 'two', message: { attempt: 1, turn: 1 } });
    expect(await store.lastPlan(ref)).toMatchObject({ choice: 'two/b', turn: 1 });
  });
});

function given(entries: readonly JobEntry[], request: Partial<JobRequest> = {}): void {
  log.add(ref, ...entries);
  const budget = 'premium' as const;
  const routing = { budget, ...request.routing };
  store.add(aRecord(ref, { request: aRequest({ ...request, routing }) }));
}

/** Opens a breaker, known to the router. */
async function open(deployment: string, forMs: number): Promise<void> {
  watched.store.set(scopeOf(deployment), openUntil(nowMs + forMs));
  await watched.breakers.refresh();
}

function scopeOf(deployment: string): string {
  return CATALOGUE.deployments.get(deployment)?.breakerScope ?? '';
}

function route(number: number, place: Partial<RouteMessage> = {}) {
  const dependencies: RouteDependencies = {
    store,
    log,
    queue,
    results: new RecordingResults(),
    catalogue: CATALOGUE,
    retries: { spend: () => Promise.resolve(true), earn: () => undefined },
    breakers: watched.breakers,
    unsupportedBy: () => undefined,
    instanceId: 'router-1',
    now: () => nowMs,
    random: () => 0.5,
  };
  return routeJob(dependencies, { ...ref, attempt: number, seq: 0, logSequence: 0, ...place });
}

function lastItem() {
  return [...queue.items.values()].at(-1);
}
