import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryBreakerStore } from '../../test/support/memory-breaker-store.ts';
import { quietLogger } from '../../test/support/quiet-logger.ts';
import { waitUntil } from '../../test/support/wait-until.ts';
import { openUntil } from '../../test/support/watched-breakers.ts';
import { BreakerWatch } from './breaker-watch.ts';

const STORE_AHEAD_MS = 1_000_000;
const CHANCE = { rules: { consecutiveFailures: 2, failureRatio: 1, openMs: 5_000 }, random: 0.5 };
const FULL = { successes: 0, failure: 'full' as const };

let nowMs: number;
let store: MemoryBreakerStore;
let watch: BreakerWatch;

beforeEach(() => {
  nowMs = 5_000;
  store = new MemoryBreakerStore(() => nowMs + STORE_AHEAD_MS);
  watch = aWatch();
});

describe('BreakerWatch', () => {
  it('knows nothing of a breaker before it has read, and then by the clock of the store', async () => {
    store.set('a', openUntil(nowMs + STORE_AHEAD_MS + 3_000));
    const before = watch.passage('a');

    await watch.refresh();
    nowMs += 1_000;

    expect(before).toEqual({ kind: 'closed' });
    expect(watch.passage('a')).toEqual({ kind: 'open', waitMs: 2_000 });
    expect(watch.passage('b')).toEqual({ kind: 'closed' });
  });

  it('learns by itself, once started, what others have done', async () => {
    await watch.start();
    store.set('a', openUntil(nowMs + STORE_AHEAD_MS + 3_000));

    await waitUntil(() => watch.passage('a').kind === 'open', { withinMs: 2_000, what: 'a read' });

    await watch.stop();
    expect(watch.passage('a')).toEqual({ kind: 'open', waitMs: 3_000 });
  });

  it('keeps the last state while the store is away: open stays open, and no probe is given', async () => {
    store.set('a', openUntil(nowMs + STORE_AHEAD_MS + 3_000));
    await watch.refresh();
    store.isAway = true;

    await watch.refresh();
    const open = watch.passage('a').kind;
    nowMs += 4_000;
    const isGranted = await watch.lease('a', 'job-1', 1_000);

    expect([open, watch.passage('a').kind, isGranted]).toEqual(['open', 'half-open', false]);
  });

  it('says which report has opened a breaker, and knows it at once', async () => {
    const told = [];
    for (let failures = 0; failures < 4; failures += 1) {
      told.push(await watch.report('a', FULL, CHANCE));
    }

    expect(told).toEqual([false, true, false, false]);
    expect(watch.passage('a')).toEqual({ kind: 'open', waitMs: 5_000 });
  });

  it('loses a report that the store does not take', async () => {
    store.isAway = true;

    expect(await watch.report('a', FULL, CHANCE)).toBe(false);
  });

  it('gives a probe to one of two processes', async () => {
    const other = aWatch();
    store.set('a', openUntil(nowMs + STORE_AHEAD_MS));

    const answers = [
      await watch.lease('a', 'job-1', 1_000),
      await other.lease('a', 'job-2', 1_000),
    ];

    expect(answers).toEqual([true, false]);
    expect(other.passage('a')).toEqual({ kind: 'half-open', waitMs: 1_000 });
  });
});

function aWatch(): BreakerWatch {
  return new BreakerWatch({ store, logger: quietLogger, monotonicMs: () => nowMs });
}
