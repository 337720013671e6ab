import { afterAll, beforeAll, expect, it } from 'vitest';
import { findFreePort } from '../../infra/brokers/free-port.ts';
import type { ServiceProcess } from '../../infra/start/service-process.ts';
import { checkLog, checkWholeText } from '../support/checked-log.ts';
import { EventRecorder } from '../support/event-recorder.ts';
import { IntakeHttp, jobOf } from '../support/intake-http.ts';
import { checkSettledOnce } from '../support/ledger.ts';
import { oraclePrompt } from '../support/oracle.ts';
import { SandboxWitness } from '../support/sandbox-witness.ts';
import { readSse } from '../support/sse-events.ts';
import { readAllLogs } from '../support/stored-messages.ts';
import { startTestFleet, type TestFleet } from '../support/test-fleet.ts';
import { waitUntil } from '../support/wait-until.ts';

const JOBS = 80;
/** Clients at once; each submits a job, reads it to its end, and submits the next. */
const CLIENTS = 16;
const TOKENS = 60;

let system: TestFleet;
let intake: IntakeHttp;
let witness: SandboxWitness;

beforeAll(async () => {
  // A restarted service must be found at its old address.
  const ports = { intake: await findFreePort(), edge: await findFreePort() };
  system = await startTestFleet({ workers: 2, restarts: true, ports });
  intake = new IntakeHttp(system.fleet.intake.url, system.apiKey);
  witness = new SandboxWitness(system.fleet.sandbox?.url ?? '');
});

afterAll(async () => {
  await system.stop();
});

it('loses and doubles nothing when each service is killed once under load', async () => {
  const { fleet } = system;
  const jobs = new Map<string, EventRecorder>();
  const seen = { accepted: 0 };
  let next = 0;
  const client = async () => {
    while (next < JOBS) {
      const tag = `crash-${String(next)}`;
      next += 1;
      const jobId = await submitUntilAccepted(tag);
      seen.accepted += 1;
      const recorder = new EventRecorder();
      jobs.set(jobId, recorder);
      await readToEnd(recorder, jobId);
    }
  };

  const clients = Array.from({ length: CLIENTS }, client);
  const kills = killInTurn([fleet.intake, fleet.router, fleet.workers[0], fleet.edge], seen);
  await Promise.all([...clients, kills]);

  expect(jobs.size).toBe(JOBS);
  const logs = await readAllLogs(fleet.brokers.natsUrl);
  let takeovers = 0;
  for (const [jobId, recorder] of jobs) {
    const log = checkLog(jobId, logs.get(jobId) ?? []);
    takeovers += log.attempts - 1;
    expect(log.terminal.outcome).toBe('completed');
    checkWholeText(jobId, log.recorder.text, TOKENS);
    expect(recorder.entries, 'what the client got is the log').toEqual(log.recorder.entries);
    expect((await intake.view(jobId)).result?.text).toBe(recorder.text);
  }
  expect([...logs.keys()].toSorted(), 'no job of nobody').toEqual([...jobs.keys()].toSorted());
  expect(takeovers, 'the kill of the worker hit running jobs').toBeGreaterThan(0);
  await checkSettledOnce(fleet.brokers, [...jobs.keys()]);
}, 120_000);

/** A client that got no answer asks again with the same key. */
function submitUntilAccepted(tag: string): Promise<string> {
  const job = jobOf(oraclePrompt({ deltas: TOKENS, gapMs: 10, tag }));
  return waitUntil(
    async () => {
      // While intake is down there is no connection; while it comes back it may answer 503.
      const submission = await intake.submit(job, tag).catch(() => undefined);
      return submission?.jobId;
    },
    { withinMs: 20_000, what: `${tag} to be accepted` },
  );
}

/** Comes back with its cursor whenever the connection is lost. */
async function readToEnd(recorder: EventRecorder, jobId: string): Promise<void> {
  await waitUntil(
    async () => {
      const { url } = system.fleet.edge;
      await readSse(recorder, { url, apiKey: system.apiKey, jobId }).catch(onlyConnectionErrors);
      return recorder.isOver;
    },
    { withinMs: 45_000, what: `the end of ${jobId} after entry ${String(recorder.cursor)}` },
  );
}

/** A lost connection shows as TypeError of fetch; anything else is a finding. */
function onlyConnectionErrors(error: unknown): void {
  if (!(error instanceof TypeError)) throw error;
}

/** Kills the services one after another, each with work under way, the next once the one before is back. */
async function killInTurn(
  services: readonly (ServiceProcess | undefined)[],
  seen: { readonly accepted: number },
): Promise<void> {
  for (const [index, service] of services.entries()) {
    const threshold = (index + 1) * CLIENTS;
    await waitUntil(async () => seen.accepted >= threshold && (await isBusy()), {
      withinMs: 60_000,
      what: `${String(threshold)} accepted jobs`,
    });
    const killed = service?.pid;
    service?.signal('SIGKILL');
    await waitUntil(() => service?.pid !== killed, {
      withinMs: 10_000,
      what: `${service?.name ?? ''} to be started again`,
    });
  }
}

async function isBusy(): Promise<boolean> {
  return (await witness.open()).length >= CLIENTS / 4;
}
