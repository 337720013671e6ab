import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../../infra/sandbox/faults.ts';
import { type Sandbox, startSandbox } from '../../infra/sandbox/server.ts';
import type { JobView } from '../../shared/contracts/http/job-view.ts';
import { writeBreakerConfig } from '../support/breaker-config.ts';
import { IntakeHttp, jobOf } from '../support/intake-http.ts';
import { SandboxWitness, type WitnessedCall } from '../support/sandbox-witness.ts';
import { startTestFleet, type TestFleet } from '../support/test-fleet.ts';
import { waitUntil } from '../support/wait-until.ts';

const JOBS = 300;
const PACE_MS = 40;
const MAX_ATTEMPTS_PER_JOB = 1.1;

/** From the failure that opens a breaker until every process knows (300 ms) and what was on its way is through. */
const KNOWN_WITHIN_MS = 1_000;

/** An open time is 1 s at least, less a fifth. */
const PROBES_APART_MS = 750;

/** The last opening, the ramp, and on a busy machine another opening: a slow answer is a silence here. */
const HEALED_WITHIN_MS = 100_000;
const TEST_MS = 180_000;

/** Shorter than a breaker stays open. */
const HASTY_MS = 500;

const SERVER_ERROR = '{{sandbox fault=status status=500}}';

const PAIRS = ['erring', 'silent'];
const SINGLES = ['blamed', 'down', 'beside', 'lone'];

let sandbox: Sandbox;
let config: Awaited<ReturnType<typeof writeBreakerConfig>>;
let system: TestFleet;
let intake: IntakeHttp;
let witness: SandboxWitness;
const faults = new Map<string, Fault>();

beforeAll(async () => {
  sandbox = await startSandbox();
  config = await writeBreakerConfig(sandbox.url, { pairs: PAIRS, singles: SINGLES });
  system = await startTestFleet({ configPath: config.path, workers: 2 });
  intake = new IntakeHttp(system.fleet.intake.url, system.apiKey);
  witness = new SandboxWitness(sandbox.url);
}, 60_000);

afterAll(async () => {
  await system.stop();
  await config.remove();
  await sandbox.close();
});

describe.concurrent('one of two providers is down', () => {
  it.each([
    ['erring', { fault: 'status', status: 500 }],
    ['silent', { fault: 'black-hole' }],
  ] as const)(
    'and is left alone but for probes, costs no job, and gets its traffic back: %s',
    async (pair, fault) => {
      await setFault(`${pair}-1`, fault);

      const views = await runPaced(pair, `${pair}-down`);
      const dead = await callsOf(`${pair}-down`, `${pair}-1`);
      await setFault(`${pair}-1`, undefined);
      await waitUntil(() => isWhole(pair), {
        withinMs: HEALED_WITHIN_MS,
        what: `the traffic of ${pair} to return`,
      });

      const attempts = views.reduce((sum, view) => sum + view.attempts.length, 0);
      expect(views.filter((view) => view.status !== 'completed')).toEqual([]);
      expect(attempts / JOBS).toBeLessThanOrEqual(MAX_ATTEMPTS_PER_JOB);
      const apart = probeGaps(dead);
      expect(apart.length, 'it was probed').toBeGreaterThan(0);
      expect(Math.min(...apart), 'one probe at a time').toBeGreaterThan(PROBES_APART_MS);
    },
    TEST_MS,
  );
});

describe('a breaker', () => {
  it.each([400, 401, 429])(
    'stays closed however often a caller earns the status %i',
    async (status) => {
      const prompt = `{{sandbox fault=status status=${String(status)} tag=blamed-${String(status)}}}`;
      for (let sent = 0; sent < 12; sent += 1) await runOn('blamed', prompt);

      const view = await runOn('blamed', '{{sandbox deltas=3}}');

      expect(await witness.calls(`blamed-${String(status)}`)).toHaveLength(12);
      expect(view).toMatchObject({ status: 'completed', attempts: [{ attempt: 1 }] });
    },
  );

  it('of one model says nothing of another model of the same provider', async () => {
    await failUntilOpen('down');

    const beside = await runOn('beside', '{{sandbox deltas=3}}');

    expect(beside.status).toBe('completed');
  });

  it('that is the only way makes a job wait for its probe, whose true outcome the job gets', async () => {
    const refused = await failUntilOpen('lone');

    const probe = await runOn('lone', SERVER_ERROR);
    const healed = await runOn('lone', '{{sandbox deltas=3}}');

    expect(refused).toMatchObject({ status: 'failed', attempts: [] });
    expect(refused.failure?.retryAfterMs).toBeGreaterThan(HASTY_MS);
    expect(probe).toMatchObject({ status: 'failed', failure: { class: 'server' } });
    expect(probe.attempts).toHaveLength(1);
    expect(healed).toMatchObject({ status: 'completed', attempts: [{ attempt: 1 }] });
  });
});

/** Jobs that cannot wait, one after the other, until one is refused without a call. */
async function failUntilOpen(model: string): Promise<JobView> {
  const delivery = { deadlineMs: HASTY_MS };
  return waitUntil(
    async () => {
      const view = await runOn(model, SERVER_ERROR, { delivery });
      return view.failure?.class === 'overloaded' && view;
    },
    { withinMs: 5_000, what: `the breaker of ${model} to open` },
  );
}

/** One job on one deployment, with one attempt. */
async function runOn(model: string, prompt: string, more: object = {}): Promise<JobView> {
  const routing = { maxAttempts: 1 };
  const job = jobOf(prompt, { model: `cheap/${model}`, routing, ...more });
  return intake.end(await intake.accept(job));
}

/** Jobs at a steady pace, and how they ended. */
async function runPaced(model: string, tag: string): Promise<JobView[]> {
  const prompt = `{{sandbox ttft=1 gap=1 deltas=3 tag=${tag}}}`;
  const running: Promise<JobView>[] = [];
  for (let sent = 0; sent < JOBS; sent += 1) {
    running.push(
      intake.accept(jobOf(prompt, { model })).then((jobId) => intake.end(jobId, 30_000)),
    );
    await new Promise((resolve) => setTimeout(resolve, PACE_MS));
  }
  return Promise.all(running);
}

/** The ramp is over: what is sent now all goes where it went before the outage. */
async function isWhole(pair: string): Promise<boolean> {
  const jobs = Array.from({ length: 15 }, async () => {
    const job = jobOf('{{sandbox ttft=1 gap=1 deltas=3}}', { model: pair });
    return intake.end(await intake.accept(job));
  });
  const views = await Promise.all(jobs);
  return views.every((view) => view.attempts[0]?.deployment === `cheap/${pair}-1`);
}

async function callsOf(tag: string, model: string): Promise<WitnessedCall[]> {
  return (await witness.calls(tag)).filter((call) => call.model === model);
}

/** Times between the calls that came once the breaker's opening was known everywhere. */
function probeGaps(calls: readonly WitnessedCall[]): number[] {
  const opening = calls[4];
  if (opening === undefined) throw new Error('the breaker was not given cause to open');
  const probes = calls.filter((call) => call.startedAt > opening.startedAt + KNOWN_WITHIN_MS);
  return probes.slice(1).map((call, index) => call.startedAt - (probes[index]?.startedAt ?? 0));
}

/** What befalls a model from now on; undefined = nothing more. */
async function setFault(model: string, fault: Omit<Fault, 'model'> | undefined): Promise<void> {
  if (fault === undefined) faults.delete(model);
  else faults.set(model, { ...fault, model });
  const response = await fetch(`${sandbox.url}/control`, {
    method: 'POST',
    body: JSON.stringify({ faults: [...faults.values()] }),
  });
  expect(response.status).toBe(200);
}
