import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { RedisApiKeyStore } from '../../shared/adapters/redis/api-key-store.ts';
import { digestSecret, makeApiKey } from '../../shared/platform/auth/api-key.ts';
import { EventRecorder } from '../support/event-recorder.ts';
import { IntakeHttp, jobOf } from '../support/intake-http.ts';
import { oraclePrompt, oracleText } from '../support/oracle.ts';
import { SandboxWitness } from '../support/sandbox-witness.ts';
import { followJob } from '../support/socket-reading.ts';
import { StreamClient } from '../support/stream-client.ts';
import { startTestFleet, type TestFleet } from '../support/test-fleet.ts';
import { waitUntil } from '../support/wait-until.ts';

let system: TestFleet;
let intake: IntakeHttp;
let witness: SandboxWitness;
let edgeUrl: string;
let apiKey: string;
/** Key of a second tenant. */
let strangersKey: string;

const ticketSchema = z.object({ ticket: z.string() });

beforeAll(async () => {
  system = await startTestFleet();
  edgeUrl = system.fleet.edge.url;
  apiKey = system.apiKey;
  intake = new IntakeHttp(system.fleet.intake.url, apiKey);
  witness = new SandboxWitness(system.fleet.sandbox?.url ?? '');
  strangersKey = makeApiKey();
  const redis = new Redis(system.fleet.brokers.redisUrl);
  const keys = new RedisApiKeyStore(redis);
  await keys.put(digestSecret(strangersKey), { tenantId: 'stranger', keyId: 'first' });
  redis.disconnect();
});

afterAll(async () => {
  await system.stop();
});

describe('a socket', () => {
  it('submits a job and gets every entry of its log, to the terminal one', async () => {
    const client = await StreamClient.open(edgeUrl, { apiKey });
    const recorder = new EventRecorder();

    const jobId = await client.submit('mine', jobOf(oraclePrompt({ deltas: 50, tag: 'plain' })));
    await followJob(client, recorder, { jobId });

    const [call] = await witness.ended('plain');
    expect(recorder.text).toBe(oracleText(call ?? { model: '', number: 0 }, 50));
    expect(recorder.entries[0]).toMatchObject({ type: 'accepted', seq: 1, jobId });
    expect(recorder.entries[1]).toMatchObject({ type: 'attempt', attempt: 1 });
    expect(recorder.outcome).toBe('completed');
    client.cut();
  });

  it('carries many jobs at once, each in its own order', async () => {
    const client = await StreamClient.open(edgeUrl, { apiKey });
    const recorders = new Map<string, EventRecorder>();
    const tags = Array.from({ length: 20 }, (_, index) => `many-${String(index)}`);

    const jobIds = await Promise.all(
      tags.map((tag) => client.submit(tag, jobOf(oraclePrompt({ deltas: 30, gapMs: 3, tag })))),
    );
    for (const jobId of jobIds) recorders.set(jobId, new EventRecorder());
    await Promise.all(jobIds.map((jobId) => client.next('event', isTerminalOf(jobId))));

    for (const frame of client.frames) {
      if (frame.type === 'event') recorders.get(frame.jobId)?.take(frame.event);
    }
    for (const [index, jobId] of jobIds.entries()) {
      const [call] = await witness.ended(tags[index] ?? '');
      expect(recorders.get(jobId)?.text).toBe(oracleText(call ?? { model: '', number: 0 }, 30));
    }
    client.cut();
  });

  it('cancels a job on request', async () => {
    const client = await StreamClient.open(edgeUrl, { apiKey });
    const prompt = oraclePrompt({ deltas: 500, gapMs: 20, tag: 'cancelled' });
    const jobId = await client.submit('long', jobOf(prompt));
    await client.next('event', (frame) => frame.event.type === 'delta');

    client.send({ type: 'cancel', jobId });

    const last = await client.next('event', isTerminalOf(jobId));
    expect(last.event).toMatchObject({ outcome: 'cancelled', failure: { class: 'cancelled' } });
    const [call] = await witness.ended('cancelled', { withinMs: 2_000 });
    expect(call?.endedHow).toBe('client-closed');
    client.cut();
  });

  it('says by its name which submission is refused', async () => {
    const client = await StreamClient.open(edgeUrl, { apiKey });

    client.send({ type: 'submit', ref: 'wrong', job: { model: 'auto', messages: [] } });

    const { problem } = await client.next('error', (frame) => frame.ref === 'wrong');
    expect(problem.code).toBe('invalid_request');
    client.cut();
  });

  it('is refused without a valid key', async () => {
    const opened = StreamClient.open(edgeUrl, { apiKey: makeApiKey() });

    await expect(opened).rejects.toThrow('401');
  });

  it('opens with a ticket, once', async () => {
    const response = await fetch(`${edgeUrl}/v1/tickets`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}` },
    });
    const { ticket } = ticketSchema.parse(await response.json());

    const client = await StreamClient.open(edgeUrl, { ticket });
    const again = StreamClient.open(edgeUrl, { ticket });

    await expect(again).rejects.toThrow('401');
    await client.submit('by ticket', jobOf(oraclePrompt({ deltas: 2, tag: 'ticket' })));
    client.cut();
  });

  it('that sends a frame over the limit is closed with 1009', async () => {
    const client = await StreamClient.open(edgeUrl, { apiKey });

    client.socket.send('x'.repeat(1_048_577));

    expect((await client.closed()).code).toBe(1009);
  });

  it.each([
    ['no JSON', 'hello', 'invalid_json'],
    ['an unknown type', '{"type":"shout"}', 'invalid_request'],
    ['a wildcard as job id', '{"type":"subscribe","jobId":"*"}', 'invalid_request'],
    ['a negative cursor', '{"type":"subscribe","jobId":"j1","after":-1}', 'invalid_request'],
    ['an unknown field', '{"type":"cancel","jobId":"j1","force":true}', 'invalid_request'],
  ])('answers %s with an error frame and stays open', async (_what, text, code) => {
    const client = await StreamClient.open(edgeUrl, { apiKey });

    client.socket.send(text);

    expect((await client.next('error')).problem.code).toBe(code);
    await client.submit('after', jobOf(oraclePrompt({ deltas: 2, tag: 'after-error' })));
    client.cut();
  });
});

describe("another tenant's job", () => {
  it('is answered to the letter as one that does not exist, over HTTP', async () => {
    const jobId = await intake.accept(jobOf(oraclePrompt({ deltas: 3, tag: 'private' })));
    const unknown = `j${'0'.repeat(jobId.length - 1)}`;
    const paths = (id: string) => [
      `${system.fleet.intake.url}/v1/jobs/${id}`,
      `${edgeUrl}/v1/jobs/${id}/events`,
    ];

    const [foreign, absent] = await Promise.all(
      [jobId, unknown].map((id) => Promise.all(paths(id).map((url) => asStranger(url)))),
    );

    expect(foreign).toEqual(absent);
    expect(foreign?.map((answer) => answer.status)).toEqual([404, 404]);
  });

  it('cannot be followed or cancelled over a socket', async () => {
    const prompt = oraclePrompt({ deltas: 50, gapMs: 10, tag: 'not-yours' });
    const jobId = await intake.accept(jobOf(prompt));
    const stranger = await StreamClient.open(edgeUrl, { apiKey: strangersKey });

    stranger.send({ type: 'subscribe', jobId, after: 0 });
    stranger.send({ type: 'cancel', jobId });

    await waitUntil(() => stranger.frames.length >= 2, { withinMs: 5_000, what: 'two refusals' });
    expect(stranger.frames.map((frame) => frame.type === 'error' && frame.problem.code)).toEqual([
      'not_found',
      'not_found',
    ]);
    expect((await intake.end(jobId)).status).toBe('completed');
    expect(stranger.frames).toHaveLength(2);
    stranger.cut();
  });
});

function isTerminalOf(jobId: string) {
  return (frame: { jobId: string; event: { type: string } }) =>
    frame.jobId === jobId && frame.event.type === 'terminal';
}

async function asStranger(url: string): Promise<{ status: number; body: string }> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${strangersKey}` } });
  return { status: response.status, body: await response.text() };
}
