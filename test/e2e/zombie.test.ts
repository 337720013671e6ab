import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ServiceProcess } from '../../infra/start/service-process.ts';
import { checkLog, checkWholeText } from '../support/checked-log.ts';
import { IntakeHttp, jobOf } from '../support/intake-http.ts';
import { checkSettledOnce } from '../support/ledger.ts';
import { oraclePrompt } from '../support/oracle.ts';
import { SandboxWitness } from '../support/sandbox-witness.ts';
import { readAllLogs } from '../support/stored-messages.ts';
import { startTestFleet, type TestFleet } from '../support/test-fleet.ts';
import { waitUntil } from '../support/wait-until.ts';

const JOBS = 8;
const TOKENS = 80;

let system: TestFleet;
let intake: IntakeHttp;
let witness: SandboxWitness;
/** Starts after the only worker has all jobs, so that it is known who holds them. */
let successor: ServiceProcess;

beforeAll(async () => {
  system = await startTestFleet();
  const { fleet, apiKey, dataDir } = system;
  intake = new IntakeHttp(fleet.intake.url, apiKey);
  witness = new SandboxWitness(fleet.sandbox?.url ?? '');
  successor = new ServiceProcess({
    name: 'successor',
    script: 'services/worker/main.ts',
    env: {
      PATH: process.env['PATH'],
      REDIS_URL: fleet.brokers.redisUrl,
      NATS_URL: fleet.brokers.natsUrl,
      SWITCHYARD_CONFIG: fleet.configPath,
      LOG_LEVEL: 'warn',
    },
    logFile: join(dataDir, 'logs', 'successor.log'),
    restarts: false,
  });
});

afterAll(async () => {
  await successor.stop();
  await system.stop();
});

it('a worker that slept past its lock writes not one word more, and its jobs complete whole', async () => {
  const { fleet } = system;
  const [sleeper] = fleet.workers;
  const tags = Array.from({ length: JOBS }, (_, index) => `zombie-${String(index)}`);
  const jobIds = await Promise.all(
    tags.map((tag) => intake.accept(jobOf(oraclePrompt({ deltas: TOKENS, gapMs: 30, tag })))),
  );
  await waitForAll(jobIds, 'delta');

  sleeper?.signal('SIGSTOP');
  await successor.start();
  await waitForAll(jobIds, 'failed');
  // Its sockets hold answers that came while it slept: it wakes with something to say, while others write.
  sleeper?.signal('SIGCONT');
  const views = await Promise.all(jobIds.map((jobId) => intake.end(jobId, 30_000)));

  expect(views.map((view) => view.status)).toEqual(jobIds.map(() => 'completed'));
  for (const tag of tags) expect(await witness.ended(tag)).toHaveLength(2);
  const logs = await readAllLogs(fleet.brokers.natsUrl);
  for (const [index, jobId] of jobIds.entries()) {
    const log = checkLog(jobId, logs.get(jobId) ?? []);
    const { call } = checkWholeText(jobId, log.recorder.text, TOKENS);
    const [, second] = await witness.calls(tags[index] ?? '');
    expect(log.attempts).toBe(2);
    expect(log.terminal.attempt).toBe(2);
    expect(call, 'the text is that of the second call alone').toBe(second?.number);
  }
  await checkSettledOnce(fleet.brokers, jobIds);
}, 90_000);

/** Waits until every log has an entry of this type. */
async function waitForAll(jobIds: readonly string[], type: 'delta' | 'failed'): Promise<void> {
  await waitUntil(
    async () => {
      const logs = await readAllLogs(system.fleet.brokers.natsUrl);
      return jobIds.every((jobId) => logs.get(jobId)?.some((entry) => entry.type === type));
    },
    { withinMs: 30_000, what: `${type} in the log of every job` },
  );
}
