import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { promptHash, type Random, randomFrom, randomInteger } from '../../infra/sandbox/random.ts';
import { problemSchema } from '../../shared/contracts/http/problem.ts';
import { EventRecorder } from '../support/event-recorder.ts';
import { IntakeHttp, jobOf } from '../support/intake-http.ts';
import { oraclePrompt, oracleText } from '../support/oracle.ts';
import { SandboxWitness } from '../support/sandbox-witness.ts';
import { readSocket } from '../support/socket-reading.ts';
import { openSse, readSse } from '../support/sse-events.ts';
import { StreamClient } from '../support/stream-client.ts';
import { startTestFleet, type TestFleet } from '../support/test-fleet.ts';

let system: TestFleet;
let intake: IntakeHttp;
let witness: SandboxWitness;
let edgeUrl: string;
let apiKey: string;

beforeAll(async () => {
  system = await startTestFleet();
  edgeUrl = system.fleet.edge.url;
  apiKey = system.apiKey;
  intake = new IntakeHttp(system.fleet.intake.url, apiKey);
  witness = new SandboxWitness(system.fleet.sandbox?.url ?? '');
});

afterAll(async () => {
  await system.stop();
});

describe('resuming', () => {
  it('after 50 cuts at random points gives the exact text, no entry missed or twice', async () => {
    const random = seeded('cuts');
    const deltas = 1_500;
    const prompt = oraclePrompt({ deltas, gapMs: 4, tag: 'cut-50' });
    const jobId = await intake.accept(jobOf(prompt));
    const recorder = new EventRecorder();
    let cuts = 0;

    while (cuts < 50) {
      const events = randomInteger(random, 1, 12);
      await readSocket(recorder, { url: edgeUrl, apiKey, jobId, leaveAfter: events });
      expect(recorder.isOver, `the answer lasts for all cuts, ended at cut ${cuts}`).toBe(false);
      cuts += 1;
    }
    await readSocket(recorder, { url: edgeUrl, apiKey, jobId });

    const [call] = await witness.ended('cut-50');
    expect(recorder.text).toBe(oracleText(call ?? { model: '', number: 0 }, deltas));
    expect(recorder.outcome).toBe('completed');
    expect((await intake.end(jobId)).result?.text).toBe(recorder.text);
  });

  it('switches between server-sent events and sockets without a seam', async () => {
    const random = seeded('switch');
    const deltas = 600;
    const prompt = oraclePrompt({ deltas, gapMs: 4, tag: 'switched' });
    const jobId = await intake.accept(jobOf(prompt));
    const recorder = new EventRecorder();
    const sse = { url: edgeUrl, apiKey, jobId };
    const ways = [
      (leaveAfter: number) => readSocket(recorder, { url: edgeUrl, apiKey, jobId, leaveAfter }),
      (leaveAfter: number) => readSse(recorder, { ...sse, leaveAfter }),
      (leaveAfter: number) => readSse(recorder, { ...sse, leaveAfter, cursorIn: 'query' }),
    ];

    for (let turn = 0; turn < 24; turn += 1) {
      await ways[turn % ways.length]?.(randomInteger(random, 1, 12));
      expect(recorder.isOver, `the answer lasts for all switches, turn ${turn}`).toBe(false);
    }
    await readSse(recorder, sse);

    const [call] = await witness.ended('switched');
    expect(recorder.text).toBe(oracleText(call ?? { model: '', number: 0 }, deltas));
  });

  it('works at every cursor of a finished job, by both ways', async () => {
    const jobId = await intake.accept(jobOf(oraclePrompt({ deltas: 6, gapMs: 15, tag: 'ended' })));
    await intake.end(jobId);
    const whole = new EventRecorder();
    await readSse(whole, { url: edgeUrl, apiKey, jobId });

    for (let after = 0; after < whole.entries.length; after += 1) {
      const bySse = resumed(whole, after);
      await readSse(bySse, { url: edgeUrl, apiKey, jobId });
      const bySocket = resumed(whole, after);
      await readSocket(bySocket, { url: edgeUrl, apiKey, jobId });

      expect(bySse.entries).toEqual(whole.entries);
      expect(bySocket.entries).toEqual(whole.entries);
    }
  });

  it('at the terminal entry gives nothing more and ends', async () => {
    const jobId = await intake.accept(jobOf(oraclePrompt({ deltas: 3, tag: 'at-end' })));
    await intake.end(jobId);
    const recorder = new EventRecorder();
    await readSse(recorder, { url: edgeUrl, apiKey, jobId });

    const again = await openSse({ url: edgeUrl, apiKey, jobId }, recorder.cursor);

    expect(await again.text()).toBe('');
  });

  it.each(['header', 'query'] as const)(
    'beyond the end is an error over SSE, cursor in the %s',
    async (cursorIn) => {
      const jobId = await intake.accept(jobOf(oraclePrompt({ deltas: 3, tag: 'beyond' })));
      await intake.end(jobId);

      const response = await openSse({ url: edgeUrl, apiKey, jobId, cursorIn }, 10_000);

      expect(response.status).toBe(422);
      expect(problemSchema.parse(await response.json()).code).toBe('invalid_cursor');
    },
  );

  it('beyond the end is an error frame over a socket', async () => {
    const client = await StreamClient.open(edgeUrl, { apiKey });
    const jobId = await intake.accept(jobOf(oraclePrompt({ deltas: 3, tag: 'beyond-ws' })));
    await intake.end(jobId);

    client.send({ type: 'subscribe', jobId, after: 10_000 });

    const { problem } = await client.next('error', (frame) => frame.jobId === jobId);
    expect(problem.code).toBe('invalid_cursor');
    client.cut();
  });
});

/** A source of random numbers whose seed is printed, so that a failed run can be repeated: E2E_SEED=... */
function seeded(name: string): Random {
  const seed = process.env['E2E_SEED'] ?? promptHash(`${name} ${String(Date.now())}`);
  process.stderr.write(`${name}: E2E_SEED=${seed}\n`);
  return randomFrom(seed);
}

/** A client that has the first entries already. */
function resumed(whole: EventRecorder, after: number): EventRecorder {
  const recorder = new EventRecorder();
  for (const entry of whole.entries.slice(0, after)) recorder.take(entry);
  return recorder;
}
