import { AckPolicy, DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { jobEntrySchema } from '../../shared/contracts/events/job-entry.ts';
import { type JobResult, jobResultSchema } from '../../shared/contracts/events/job-result.ts';
import { jobRefOfSubject, RESULTS_STREAM } from '../../shared/contracts/nats-subjects.ts';
import { EventRecorder } from '../support/event-recorder.ts';
import { IntakeHttp, jobOf } from '../support/intake-http.ts';
import { oraclePrompt, oracleText } from '../support/oracle.ts';
import { SandboxWitness } from '../support/sandbox-witness.ts';
import { startTestFleet, type TestFleet } from '../support/test-fleet.ts';
import { waitUntil } from '../support/wait-until.ts';

/** A stock NATS client: it knows subjects, and nothing of our code but the shape of the messages. */
let system: TestFleet;
let intake: IntakeHttp;
let witness: SandboxWitness;
let nats: NatsConnection;

beforeAll(async () => {
  system = await startTestFleet();
  intake = new IntakeHttp(system.fleet.intake.url, system.apiKey);
  witness = new SandboxWitness(system.fleet.sandbox?.url ?? '');
  nats = await connect({ servers: system.fleet.brokers.natsUrl });
});

afterAll(async () => {
  await nats.close();
  await system.stop();
});

it('hears every token of every job on live.<tenant>.<job>, in order', async () => {
  const recorders = new Map<string, EventRecorder>();
  const live = nats.subscribe('live.default.>', {
    callback: (_error, message) => {
      const { jobId } = jobRefOfSubject(message.subject);
      const recorder = recorders.get(jobId) ?? new EventRecorder();
      recorders.set(jobId, recorder);
      recorder.take(jobEntrySchema.parse(message.json()));
    },
  });
  await nats.flush();
  const tags = Array.from({ length: 12 }, (_, index) => `live-${String(index)}`);

  const jobIds = await Promise.all(
    tags.map((tag) => intake.accept(jobOf(oraclePrompt({ deltas: 40, gapMs: 5, tag })))),
  );
  await waitUntil(() => jobIds.every((jobId) => recorders.get(jobId)?.isOver), {
    withinMs: 15_000,
    what: 'all terminal entries',
  });

  live.unsubscribe();
  for (const [index, jobId] of jobIds.entries()) {
    const [call] = await witness.ended(tags[index] ?? '');
    const recorder = recorders.get(jobId);
    expect(recorder?.text).toBe(oracleText(call ?? { model: '', number: 0 }, 40));
    const deltas = recorder?.entries.filter((entry) => entry.type === 'delta') ?? [];
    expect(deltas.length, 'tokens come one by one, not at the end').toBeGreaterThan(5);
  }
});

it('gets exactly one result a job, with the whole answer, whichever way the job ended', async () => {
  const results = new Map<string, JobResult[]>();
  const subscription = nats.subscribe('result.default.>', {
    callback: (_error, message) => addResult(results, message),
  });
  await nats.flush();
  const broken = '{{sandbox fault=status status=400}}';

  const [whole, failed, cancelled] = await Promise.all([
    intake.accept(jobOf(oraclePrompt({ deltas: 30, tag: 'result' }), { metadata: { page: '7' } })),
    intake.accept(jobOf(oraclePrompt({ deltas: 30, tag: 'no-result', more: broken }))),
    intake.accept(jobOf(oraclePrompt({ deltas: 900, gapMs: 20, tag: 'stopped' }))),
  ]);
  await intake.cancel(cancelled);
  await waitUntil(() => results.size === 3, { withinMs: 10_000, what: 'three results' });
  // Whatever would come a second time has come before the answer to this.
  await intake.end(await intake.accept(jobOf(oraclePrompt({ deltas: 3, tag: 'last' }))));
  await waitUntil(() => results.size === 4, { withinMs: 10_000, what: 'the last result' });

  subscription.unsubscribe();
  const [call] = await witness.ended('result');
  expect([...results.values()].map((list) => list.length)).toEqual([1, 1, 1, 1]);
  expect(results.get(whole)?.[0]).toMatchObject({
    status: 'completed',
    result: { text: oracleText(call ?? { model: '', number: 0 }, 30), finishReason: 'stop' },
    usage: { outputTokens: 30 },
    metadata: { page: '7' },
  });
  expect(results.get(whole)?.[0]?.costNanoUsd).toBeGreaterThan(0);
  expect(results.get(failed)?.[0]).toMatchObject({
    status: 'failed',
    failure: { class: 'invalid_request' },
  });
  expect(results.get(cancelled)?.[0]).toMatchObject({
    status: 'cancelled',
    failure: { class: 'cancelled' },
  });
});

it('reads all results afterwards through a durable consumer, across two connections', async () => {
  const jobIds = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      intake.accept(jobOf(oraclePrompt({ deltas: 4, tag: `durable-${String(index)}` }))),
    ),
  );
  await Promise.all(jobIds.map((jobId) => intake.end(jobId)));
  const manager = await jetstreamManager(nats);
  await manager.consumers.add(RESULTS_STREAM, {
    durable_name: 'pipeline',
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    filter_subject: 'result.default.*',
  });
  const { num_pending: stored } = await manager.consumers.info(RESULTS_STREAM, 'pipeline');
  const results = new Map<string, JobResult[]>();

  await takeResults(nats, results, 4);
  const second = await connect({ servers: system.fleet.brokers.natsUrl });
  await takeResults(second, results, stored - 4);
  await second.close();

  expect([...results.keys()]).toEqual(expect.arrayContaining(jobIds));
  expect(results.size).toBe(stored);
  expect([...results.values()].every((list) => list.length === 1)).toBe(true);
});

function addResult(
  results: Map<string, JobResult[]>,
  message: Pick<Msg, 'subject' | 'json'>,
): void {
  const { jobId } = jobRefOfSubject(message.subject);
  const result = jobResultSchema.parse(message.json());
  results.set(jobId, [...(results.get(jobId) ?? []), result]);
}

async function takeResults(
  connection: NatsConnection,
  results: Map<string, JobResult[]>,
  count: number,
): Promise<void> {
  const consumer = await jetstream(connection).consumers.get(RESULTS_STREAM, 'pipeline');
  const messages = await consumer.fetch({ max_messages: count, expires: 5_000 });
  for await (const message of messages) {
    addResult(results, message);
    await message.ackAck();
  }
}
