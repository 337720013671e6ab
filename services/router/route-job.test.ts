import { beforeEach, describe, expect, it } from 'vitest';
import type { JobEntry } from '../../shared/contracts/events/job-entry.ts';
import type { JobRequest } from '../../shared/contracts/http/job-request.ts';
import type { JobRef } from '../../shared/core/ids.ts';
import type { Retry } from '../../shared/ports/retry-budgets.ts';
import {
  ACCEPTED_AT_MS,
  aCatalogue,
  accepted,
  aRecord,
  aRequest,
  attempt,
  delta,
  failed,
  newRef,
  terminal,
} from '../../test/support/builders.ts';
import { MemoryJobLog } from '../../test/support/memory-job-log.ts';
import { MemoryJobStore } from '../../test/support/memory-job-store.ts';
import { RecordingQueue, RecordingResults } from '../../test/support/recording-ports.ts';
import { watchedBreakers } from '../../test/support/watched-breakers.ts';
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
let results: RecordingResults;
/** What the router took from the retry budgets, and whether there is anything in them. */
let spent: Retry[];
let isBudgetEmpty: boolean;

beforeEach(() => {
  ref = newRef();
  nowMs = ACCEPTED_AT_MS + 1_000;
  log = new MemoryJobLog();
  store = new MemoryJobStore();
  queue = new RecordingQueue();
  results = new RecordingResults();
  spent = [];
  isBudgetEmpty = false;
});

describe('routeJob', () => {
  it('sends a fresh job to the queue of its provider, where its log stands', async () => {
    given([accepted(ref)]);

    await route(1, { seq: 1, logSequence: 1 });

    const plan = await store.lastPlan(ref);
    expect(plan).toMatchObject({ attempt: 1, choice: 'one/a' });
    const place = { attempt: 1, logSequence: 1, seq: 1 };
    expect([...queue.items.values()]).toEqual([
      {
        queue: 'one',
        message: { ...ref, ...place, deployment: 'one/a', reason: plan?.reason },
        options: { priority: 'interactive' },
      },
    ]);
  });

  it('sends the next attempt elsewhere, at once', async () => {
    given([accepted(ref), attempt(2, 1, 'one/a'), failed(3, 'timeout')]);

    await route(2);

    expect(lastItem()).toMatchObject({ queue: 'two', message: { attempt: 2 } });
    expect(lastItem()?.options.delayMs).toBeUndefined();
  });

  it('waits before it asks the only deployment again', async () => {
    given([accepted(ref), attempt(2, 1, 'one/a'), failed(3, 'timeout')], {
      routing: { deny: ['two'] },
    });

    await route(2);

    expect(lastItem()).toMatchObject({ queue: 'one', options: { delayMs: 250 } });
  });

  it('leads a repeated message to the same queue, also when it would now decide otherwise', async () => {
    given([accepted(ref)]);
    await store.recordPlan(ref, {
      attempt: 1,
      configVersion: 'old',
      choice: 'two/b',
      reason: 'as it was then',
      candidates: [],
    });

    await route(1);
    await route(1);

    expect([...queue.items.values()].map((item) => item.queue)).toEqual(['two']);
  });

  it('decides again when the deployment that it had chosen is no longer configured', async () => {
    given([accepted(ref)]);
    await store.recordPlan(ref, {
      attempt: 1,
      configVersion: 'old',
      choice: 'gone/c',
      reason: 'as it was then',
      candidates: [],
    });

    await route(1);

    expect(lastItem()).toMatchObject({ queue: 'one', message: { deployment: 'one/a' } });
  });

  it.each<[string, JobEntry[], number]>([
    ['an attempt runs', [attempt(2)], 1],
    ['the attempt was decided and run already', [attempt(2), failed(3)], 1],
    ['the message is of an attempt that is not due', [attempt(2), failed(3)], 3],
  ])('does nothing when %s', async (_when, entries, number) => {
    given([accepted(ref), ...entries]);

    await route(number);

    expect(queue.items.size).toBe(0);
    expect(log.entriesOf(ref)).toHaveLength(1 + entries.length);
  });

  it('does nothing for a job that it does not know, or that has no log', async () => {
    await route(1);
    given([]);

    await route(1);

    expect(queue.items.size).toBe(0);
  });

  it('settles a job whose end is in its log already', async () => {
    given([accepted(ref), attempt(2), delta(3, 'Hi'), terminal(4)]);

    await route(2);

    expect(results.published.get(ref.jobId)).toMatchObject({ status: 'completed' });
    expect((await store.get(ref))?.settled).toBeDefined();
  });

  it.each<[string, JobEntry[], Partial<JobRequest>, object]>([
    [
      'the failure will come again everywhere',
      [attempt(2, 1, 'one/a'), failed(3, 'invalid_request')],
      {},
      { outcome: 'failed', attempt: 1, failure: { class: 'invalid_request' } },
    ],
    [
      'the request allows no more attempts',
      [attempt(2, 1, 'one/a'), failed(3, 'server')],
      { routing: { maxAttempts: 1 } },
      { outcome: 'failed', attempt: 1, failure: { class: 'server' } },
    ],
    [
      'no deployment is left, with the last failure',
      [attempt(2, 1, 'one/a'), failed(3, 'auth')],
      { routing: { deny: ['two'] } },
      { outcome: 'failed', attempt: 1, failure: { class: 'auth' } },
    ],
    [
      'no deployment can serve it at all',
      [],
      { routing: { deny: ['one', 'two'] } },
      { outcome: 'failed', attempt: 0, failure: { class: 'no_candidate' } },
    ],
    [
      'the answer broke off after text was shown, and the request wants to hear that',
      [attempt(2, 1, 'one/a'), delta(3, 'Bec'), failed(4, 'timeout')],
      { routing: { onInterrupt: 'fail' } },
      { outcome: 'failed', attempt: 1, failure: { class: 'timeout' } },
    ],
  ])('ends the job when %s', async (...[, entries, request, end]) => {
    given([accepted(ref), ...entries], request);
    const attempts = entries.filter((entry) => entry.type === 'attempt').length;

    await route(attempts + 1);

    expect(log.entriesOf(ref).at(-1)).toMatchObject({ type: 'terminal', ...end });
    expect(results.published.get(ref.jobId)).toMatchObject({ status: 'failed' });
    expect(queue.items.size).toBe(0);
  });

  it('goes on after shown text when the request lets the answer begin again', async () => {
    given([accepted(ref), attempt(2, 1, 'one/a'), delta(3, 'Bec'), failed(4, 'timeout')]);

    await route(2);

    expect(lastItem()).toMatchObject({ queue: 'two' });
  });

  it('goes on under onInterrupt fail as long as no text was shown', async () => {
    given([accepted(ref), attempt(2, 1, 'one/a'), failed(3, 'timeout')], {
      routing: { onInterrupt: 'fail' },
    });

    await route(2);

    expect(lastItem()).toMatchObject({ queue: 'two' });
  });

  it('pays for a retry once, however often the message comes, and for a first attempt never', async () => {
    given([accepted(ref)]);
    await route(1, { seq: 1, logSequence: 1 });
    const ofFirst = spent.length;
    log.add(ref, attempt(2, 1, 'one/a'), failed(3, 'timeout'));

    await route(2);
    await route(2);

    expect(ofFirst).toBe(0);
    expect(spent).toEqual([{ kind: 'failover', providerId: 'two', cost: 2 }]);
  });

  it('pays for a retry at the same place from the budget of that provider', async () => {
    given([accepted(ref), attempt(2, 1, 'one/a'), failed(3, 'server')], {
      routing: { deny: ['two'] },
    });

    await route(2);

    expect(spent).toEqual([{ kind: 'same', providerId: 'one', cost: 1 }]);
  });

  it('lets a retry wait that no budget pays for, and decides nothing yet', async () => {
    given([accepted(ref), attempt(2, 1, 'one/a'), failed(3, 'timeout')]);
    isBudgetEmpty = true;

    const delivery = await route(2);

    expect(delivery).toEqual({ kind: 'later', delayMs: 2_000 });
    expect(queue.items.size).toBe(0);
    expect(await store.lastPlan(ref)).toBeUndefined();
  });

  it('starts nothing after the deadline', async () => {
    given([accepted(ref), attempt(2, 1, 'one/a'), failed(3, 'timeout')]);
    nowMs = ACCEPTED_AT_MS + 600_000;

    await route(2);

    expect(queue.items.size).toBe(0);
    expect(log.entriesOf(ref).at(-1)).toMatchObject({ type: 'terminal' });
  });
});

function given(entries: readonly JobEntry[], request: Partial<JobRequest> = {}): void {
  log.add(ref, ...entries);
  const budget = 'premium' as const;
  const routing = { budget, ...request.routing };
  store.add(aRecord(ref, { request: aRequest({ ...request, routing }) }));
}

function route(number: number, place = { seq: 0, logSequence: 0 }) {
  const dependencies: RouteDependencies = {
    store,
    log,
    queue,
    results,
    catalogue: CATALOGUE,
    retries: {
      spend: (retry) => {
        spent.push(retry);
        return Promise.resolve(!isBudgetEmpty);
      },
      earn: () => undefined,
    },
    breakers: watchedBreakers(() => nowMs).breakers,
    unsupportedBy: () => undefined,
    instanceId: 'router-1',
    now: () => nowMs,
    random: () => 0.5,
  };
  return routeJob(dependencies, { ...ref, attempt: number, ...place });
}

function lastItem() {
  return [...queue.items.values()].at(-1);
}
