import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  FAILURE_CLASSES,
  type FailureClass,
  failureRule,
  makeFailure,
} from '../../shared/core/failure.ts';
import type { CallOutcome } from '../../shared/ports/provider.ts';
import { applyReport, CLOSED, passageOf } from '../../shared/resilience/breaker.ts';
import { aCatalogue, aProvider } from '../../test/support/builders.ts';
import { quietLogger } from '../../test/support/quiet-logger.ts';
import { openUntil, watchedBreakers } from '../../test/support/watched-breakers.ts';
import { BreakerGate, type GuardedCall } from './breaker-gate.ts';
import type { StopReason } from './stop-signal.ts';

const CATALOGUE = aCatalogue({
  providers: [{ ...aProvider('one'), breaker: { consecutiveFailures: 2 } }],
  deployments: [{ id: 'one/a', provider: 'one', model: 'a' }],
});
const [DEPLOYMENT] = [...CATALOGUE.deployments.values()];
if (DEPLOYMENT === undefined) throw new Error('the catalogue is empty');
const DEPLOYED = DEPLOYMENT;
const SCOPE = DEPLOYMENT.breakerScope;
const COMPLETED: CallOutcome = { kind: 'completed', finishReason: 'stop' };
const TELL_EVERY_MS = 250;

let nowMs: number;
let watched: ReturnType<typeof watchedBreakers>;
let gate: BreakerGate;

beforeEach(() => {
  vi.useFakeTimers();
  nowMs = 1_000_000;
  watched = watchedBreakers(() => nowMs);
  gate = new BreakerGate({
    breakers: watched.breakers,
    providers: CATALOGUE.providers,
    logger: quietLogger,
    random: () => 0.5,
  });
});

afterEach(async () => {
  await gate.close();
  vi.useRealTimers();
});

describe('a closed breaker', () => {
  it.each(FAILURE_CLASSES)(
    'is opened by two failures of the class %s if its rule says so',
    async (failureClass) => {
      for (let calls = 0; calls < 2; calls += 1) await end(failing(failureClass));

      const opens = failureRule(failureClass).breaker === 'full';
      expect(await isAdmitted()).toBe(!opens);
    },
  );

  it.each<StopReason>(['cancelled', 'deadline', 'draining', 'lost', 'log-away'])(
    'is not opened by calls that we stopped: %s',
    async (stopped) => {
      for (let calls = 0; calls < 2; calls += 1) {
        await end({ kind: 'aborted' }, stopped);
        await end(failing('timeout'), stopped);
      }

      expect(await isAdmitted()).toBe(true);
    },
  );

  it('is told of good calls together, after a moment, and costs no question before', async () => {
    const lease = vi.spyOn(watched.store, 'lease');
    const report = vi.spyOn(watched.store, 'report');
    for (let calls = 0; calls < 50; calls += 1) await end(COMPLETED);
    const before = report.mock.calls.length;

    await vi.advanceTimersByTimeAsync(TELL_EVERY_MS);

    expect([before, lease.mock.calls.length]).toEqual([0, 0]);
    expect(report.mock.calls.map(([, said]) => said)).toEqual([{ successes: 50 }]);
  });

  it('hears of the good calls before a bad one together with it', async () => {
    await end(failing('server'));
    await end(COMPLETED);
    await end(failing('server'));

    expect(await isAdmitted()).toBe(true);
  });
});

describe('an open breaker', () => {
  it('lets nothing through', async () => {
    await given(openUntil(nowMs + 3_000));

    expect(await isAdmitted()).toBe(false);
  });

  it('lets one probe through once it is half-open, and the next when the first has its first word', async () => {
    await given(openUntil(nowMs));
    const probe = await gate.admit(DEPLOYED, 'job-1');
    const during = await gate.admit(DEPLOYED, 'job-2');

    probe?.answered();
    await settled();

    expect([probe === undefined, during === undefined]).toEqual([false, true]);
    expect(await gate.admit(DEPLOYED, 'job-2')).toBeDefined();
  });

  it('counts a probe once, however it answers, and closes slowly after three', async () => {
    await given(openUntil(nowMs));
    for (const holder of ['job-1', 'job-2', 'job-3']) {
      const probe = await gate.admit(DEPLOYED, holder);
      probe?.answered();
      probe?.answered();
      probe?.ended(COMPLETED, undefined);
      await vi.advanceTimersByTimeAsync(TELL_EVERY_MS);
    }

    expect(watched.breakers.passage(SCOPE)).toEqual({ kind: 'ramp', share: 0.1 });
  });

  it.each<[string, (probe: GuardedCall) => void]>([
    ['was not made', (probe) => probe.notMade()],
    ['was cancelled', (probe) => probe.ended({ kind: 'aborted' }, 'cancelled')],
    ['was refused for its key', (probe) => probe.ended(failing('auth'), undefined)],
  ])('gives its probe to the next at once when the call %s', async (_how, end) => {
    await given(openUntil(nowMs));
    const probe = await gate.admit(DEPLOYED, 'job-1');

    if (probe !== undefined) end(probe);
    await settled();

    expect(watched.breakers.passage(SCOPE)).toEqual({ kind: 'half-open', waitMs: 0 });
  });

  it('opens again by a probe that fails', async () => {
    await given(openUntil(nowMs));
    const probe = await gate.admit(DEPLOYED, 'job-1');

    probe?.ended(failing('overloaded'), undefined);
    await settled();

    expect(watched.breakers.passage(SCOPE)).toEqual({ kind: 'open', waitMs: 10_000 });
  });
});

it('on the way back lets all through that the router sent', async () => {
  const good = { successes: 1, holder: 'p' };
  const rules = { consecutiveFailures: 2, failureRatio: 1, openMs: 1 };
  const context = { rules, nowMs, random: 0 };
  const probe = { holder: 'p', untilMs: nowMs + 1 };
  const last = { ...CLOSED, trips: 1, openUntilMs: nowMs, goodProbes: 2, probe };
  const ramping = applyReport(last, good, context);
  await given(ramping);

  expect(passageOf(ramping, nowMs).kind).toBe('ramp');
  expect(await isAdmitted()).toBe(true);
});

async function given(breaker: Parameters<typeof watched.store.set>[1]): Promise<void> {
  watched.store.set(SCOPE, breaker);
  await watched.breakers.refresh();
}

async function end(outcome: CallOutcome, stopped?: StopReason): Promise<void> {
  const call = await gate.admit(DEPLOYED, 'job-1');
  call?.ended(outcome, stopped);
  await settled();
}

async function isAdmitted(): Promise<boolean> {
  return (await gate.admit(DEPLOYED, 'job-9')) !== undefined;
}

function failing(failureClass: FailureClass): CallOutcome {
  return { kind: 'failed', failure: makeFailure(failureClass, 'it broke') };
}

/** Everything that was told at once has reached the store. */
async function settled(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}
