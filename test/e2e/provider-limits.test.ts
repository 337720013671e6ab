import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../infra/sandbox/server.ts';
import { IntakeHttp, jobOf } from '../support/intake-http.ts';
import { writeLimitedConfig } from '../support/limited-config.ts';
import { SandboxWitness } from '../support/sandbox-witness.ts';
import { startTestFleet, type TestFleet } from '../support/test-fleet.ts';
import { waitUntil } from '../support/wait-until.ts';

const LIMIT = 100;
const JOBS = 130;
const WORKERS = 8;

/** Longer than a queue that is full waits before it looks again: one call too many would come in this time. */
const WATCHED_MS = 4_500;

const TAG = 'limited';

let sandbox: Sandbox;
let config: Awaited<ReturnType<typeof writeLimitedConfig>>;
let system: TestFleet;
let intake: IntakeHttp;
let witness: SandboxWitness;

beforeAll(async () => {
  sandbox = await startSandbox();
  config = await writeLimitedConfig(sandbox.url, { requestsPerMinute: LIMIT });
  system = await startTestFleet({ configPath: config.path, workers: WORKERS });
  intake = new IntakeHttp(system.fleet.intake.url, system.apiKey);
  witness = new SandboxWitness(sandbox.url);
}, 60_000);

afterAll(async () => {
  await system.stop();
  await config.remove();
  await sandbox.close();
});

describe('a limit of a hundred calls a minute, with eight worker processes', () => {
  it('lets exactly a hundred calls through, and the other jobs wait without failing', async () => {
    const prompt = `{{sandbox ttft=1 gap=1 deltas=3 tag=${TAG}}}`;
    const jobIds = await Promise.all(
      Array.from({ length: JOBS }, () => intake.accept(jobOf(prompt, { model: 'limited/model' }))),
    );

    await waitUntil(async () => (await witness.calls(TAG)).length >= LIMIT, {
      withinMs: 20_000,
      what: 'a hundred calls',
    });
    await witness.ended(TAG);
    await new Promise((resolve) => setTimeout(resolve, WATCHED_MS));

    const calls = await witness.calls(TAG);
    const views = await Promise.all(jobIds.map((jobId) => intake.view(jobId)));
    expect(calls).toHaveLength(LIMIT);
    expect(views.filter((view) => view.status === 'completed')).toHaveLength(LIMIT);
    expect(views.filter((view) => view.status === 'queued')).toHaveLength(JOBS - LIMIT);
  }, 60_000);
});
