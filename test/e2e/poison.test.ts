import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IntakeHttp, jobOf } from '../support/intake-http.ts';
import { SandboxWitness } from '../support/sandbox-witness.ts';
import { startTestFleet, type TestFleet } from '../support/test-fleet.ts';
import { waitUntil } from '../support/wait-until.ts';

const TAG = 'deadly';
const DEATHS = 3;

/** Lock, check and restart, on a busy machine. */
const TAKEOVER_WITHIN_MS = 30_000;

let system: TestFleet;
let intake: IntakeHttp;
let witness: SandboxWitness;

beforeAll(async () => {
  system = await startTestFleet({ restarts: true });
  intake = new IntakeHttp(system.fleet.intake.url, system.apiKey);
  witness = new SandboxWitness(system.fleet.sandbox?.url ?? '');
});

afterAll(async () => {
  await system.stop();
});

describe('a job on whose hands workers die', () => {
  it('is called for three times, although it asked for one attempt, and ends as poison', async () => {
    const prompt = `{{sandbox ttft=1 gap=100 deltas=600 tag=${TAG}}}`;
    const jobId = await intake.accept(jobOf(prompt, { routing: { maxAttempts: 1 } }));

    for (let deaths = 0; deaths < DEATHS; deaths += 1) {
      await waitUntil(async () => (await witness.calls(TAG)).length > deaths, {
        withinMs: TAKEOVER_WITHIN_MS,
        what: `call ${String(deaths + 1)}`,
      });
      system.fleet.workers[0]?.signal('SIGKILL');
    }
    const view = await intake.end(jobId, TAKEOVER_WITHIN_MS);

    expect(view).toMatchObject({ status: 'failed', failure: { class: 'poison' } });
    expect(view.attempts.map((one) => one.interrupted)).toEqual(
      Array.from({ length: DEATHS }, () => 'worker-gone'),
    );
    expect(await witness.calls(TAG)).toHaveLength(DEATHS);
  }, 120_000);

  it('harms no other: the worker that came back does their work', async () => {
    const jobId = await intake.accept(jobOf('Why is the sky blue?'));

    expect(await intake.end(jobId, TAKEOVER_WITHIN_MS)).toMatchObject({ status: 'completed' });
  }, 60_000);
});
