import { z } from 'zod';
import { pick } from '../../infra/sandbox/random.ts';
import { IntakeHttp } from '../support/intake-http.ts';
import type { ChaosClient, JobOrder } from './chaos-client.ts';
import { chatOnce } from './read-chat.ts';
import {
  type Reading,
  readOnSocket,
  readOnSse,
  startReading,
  submitOnSocket,
} from './read-events.ts';

/** How often one submission is tried again before its client gives up. */
const MAX_TRIES = 40;

const BATCH_JOBS = { low: 3, high: 8 };

/** A job to be cancelled would go on for so long if nobody stopped it. */
const LONG = { tokens: 300, gapMs: 40 };

const verdictSchema = z.object({ line: z.number(), jobId: z.string().optional() });

type Scenario = (client: ChaosClient) => Promise<void>;

/** What clients do, the usual more often. */
export const SCENARIOS: readonly Scenario[] = [
  streamOnSocket,
  streamOnSocket,
  streamOnSocket,
  streamOnSse,
  streamOnSse,
  submitBatch,
  cancelOnTheWay,
  repeatSubmission,
  chat,
  chat,
  chatWhole,
];

/** One of each that can complete, for the good weather after the faults. */
export const PROBES: readonly Scenario[] = [
  streamOnSocket,
  streamOnSse,
  submitBatch,
  chat,
  chatWhole,
];

export async function streamOnSocket(client: ChaosClient): Promise<void> {
  const order = client.order('socket', { hasKey: client.isProbe || client.random() < 0.8 });
  for (let tries = 0; tries < MAX_TRIES && !client.surroundings.isOver(); tries += 1) {
    client.noteSubmit(order);
    const reading = await submitOnSocket(client, order);
    if (reading !== undefined) return readToEnd(client, reading);
    // Without a key the job may exist already: a second submission would be a second job.
    if (order.key === undefined) return;
    await client.rest();
  }
}

async function streamOnSse(client: ChaosClient): Promise<void> {
  const order = client.order('sse');
  const jobId = await submitUntilAccepted(client, order);
  if (jobId !== undefined) await readToEnd(client, startReading(jobId));
}

async function cancelOnTheWay(client: ChaosClient): Promise<void> {
  const order = client.order('socket', LONG);
  client.noteSubmit(order);
  const reading = await submitOnSocket(client, order);
  if (reading === undefined) return;
  while (!client.surroundings.isOver()) {
    const view = await intakeOf(client).cancel(reading.jobId).catch(notNow);
    if (view !== undefined) {
      const { jobId } = reading;
      client.note({ kind: 'cancelled', at: Date.now(), jobId, status: view.status });
      break;
    }
    await client.rest();
  }
  await readToEnd(client, reading);
}

/** Twins at once, and one more when the job is over. */
async function repeatSubmission(client: ChaosClient): Promise<void> {
  const order = client.order('sse');
  const twins = Array.from({ length: client.between(2, 5) }, () =>
    submitUntilAccepted(client, order),
  );
  const [jobId] = (await Promise.all(twins)).filter((id) => id !== undefined);
  if (jobId === undefined) return;
  await readToEnd(client, startReading(jobId));
  await submitUntilAccepted(client, order);
}

async function submitBatch(client: ChaosClient): Promise<void> {
  const size = client.between(BATCH_JOBS.low, BATCH_JOBS.high);
  const orders = Array.from({ length: size }, () => client.order('batch'));
  const key = orders[0]?.tag ?? '';
  const jobIds = await submitAllUntilAccepted(client, orders, key);
  for (const jobId of jobIds) await viewAtEnd(client, jobId);
}

async function chat(client: ChaosClient): Promise<void> {
  return askUntilAnswered(client, client.order('chat'));
}

async function chatWhole(client: ChaosClient): Promise<void> {
  return askUntilAnswered(client, client.order('chat-whole'));
}

async function askUntilAnswered(client: ChaosClient, order: JobOrder): Promise<void> {
  for (let tries = 0; tries < MAX_TRIES && !client.surroundings.isOver(); tries += 1) {
    if (await chatOnce(client, order)) return;
    await client.rest();
  }
}

/** Asks again with the same key until somebody answers; undefined: nobody did. */
async function submitUntilAccepted(
  client: ChaosClient,
  order: JobOrder,
): Promise<string | undefined> {
  for (let tries = 0; tries < MAX_TRIES && !client.surroundings.isOver(); tries += 1) {
    client.noteSubmit(order);
    const submission = await intakeOf(client).submit(order.body, order.key).catch(notNow);
    if (submission?.jobId !== undefined && submission.status === 202) {
      client.noteAck(order.tag, submission.jobId);
      return submission.jobId;
    }
    client.noteRefused(order.tag, submission?.status);
    await client.rest();
  }
  return undefined;
}

async function submitAllUntilAccepted(
  client: ChaosClient,
  orders: readonly JobOrder[],
  key: string,
): Promise<string[]> {
  const bodies = orders.map((order) => JSON.stringify(order.body));
  for (let tries = 0; tries < MAX_TRIES && !client.surroundings.isOver(); tries += 1) {
    for (const order of orders) client.noteSubmit({ ...order, key });
    const verdicts = await intakeOf(client).submitBatch(bodies, key).catch(notNow);
    const jobIds = noteVerdicts(client, orders, verdicts ?? []);
    if (jobIds.length === orders.length) return jobIds;
    await client.rest();
  }
  return [];
}

function noteVerdicts(
  client: ChaosClient,
  orders: readonly JobOrder[],
  verdicts: readonly unknown[],
): string[] {
  return verdicts.flatMap((verdict) => {
    const { line, jobId } = verdictSchema.parse(verdict);
    const order = orders[line - 1];
    if (order === undefined || jobId === undefined) return [];
    client.noteAck(order.tag, jobId);
    return [jobId];
  });
}

/** Comes back with its cursor, by one way or the other, whenever the connection is lost. */
async function readToEnd(client: ChaosClient, reading: Reading): Promise<void> {
  while (!reading.isOver && !client.surroundings.isOver()) {
    const read = pick(client.random, [readOnSocket, readOnSse], readOnSse);
    await read(client, reading);
    if (!reading.isOver) await client.rest();
  }
  if (reading.isOver && client.random() < 0.3) await viewAtEnd(client, reading.jobId);
}

async function viewAtEnd(client: ChaosClient, jobId: string): Promise<void> {
  while (!client.surroundings.isOver()) {
    const view = await intakeOf(client).view(jobId).catch(notNow);
    if (view !== undefined && view.status !== 'queued' && view.status !== 'running') {
      const text = view.result?.text;
      const line = { kind: 'view', at: Date.now(), jobId, status: view.status } as const;
      client.note(text === undefined ? line : { ...line, text });
      return;
    }
    await client.rest();
  }
}

function intakeOf({ surroundings }: ChaosClient): IntakeHttp {
  return new IntakeHttp(surroundings.intakeUrl, surroundings.apiKey);
}

/** No answer, one that was cut off, or one that says that it cannot be done now: the client comes again. */
function notNow(): undefined {
  return undefined;
}
