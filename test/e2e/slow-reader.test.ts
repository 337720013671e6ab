import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EventRecorder } from '../support/event-recorder.ts';
import { IntakeHttp, jobOf } from '../support/intake-http.ts';
import { oraclePrompt } from '../support/oracle.ts';
import { readSocket } from '../support/socket-reading.ts';
import { readSse } from '../support/sse-events.ts';
import { StreamClient } from '../support/stream-client.ts';
import { startTestFleet, type TestFleet } from '../support/test-fleet.ts';

let system: TestFleet;
let intake: IntakeHttp;
let edgeUrl: string;
let apiKey: string;

/** A small heap, so that memory is what the edge holds and not garbage that nothing has made it collect. */
const SMALL_HEAP = { NODE_OPTIONS: '--max-old-space-size=160 --max-semi-space-size=4' };

beforeAll(async () => {
  system = await startTestFleet({ env: SMALL_HEAP });
  edgeUrl = system.fleet.edge.url;
  apiKey = system.apiKey;
  intake = new IntakeHttp(system.fleet.intake.url, apiKey);
});

afterAll(async () => {
  await system.stop();
});

describe('a client that never reads', () => {
  const STUCK_CLIENTS = 60;
  const HEAVY_JOBS = 10;
  /** About 2 MB: as many tokens as the model may write. */
  const HEAVY = '{{sandbox ttft=1 gap=2 deltas=650 words=100 text=oracle tag=heavy}}';
  const HEAVY_MODEL = { model: 'gemini/gemini-3.1-flash-lite' };
  const stuck: StreamClient[] = [];

  afterEach(() => {
    for (const client of stuck.splice(0)) client.cut();
  });

  it('costs the edge next to nothing, slows nobody, and reads all of it later', async () => {
    const before = await edgeRssBytes();
    for (let index = 0; index < STUCK_CLIENTS; index += 1) {
      stuck.push(await StreamClient.open(edgeUrl, { apiKey }));
    }
    const jobIds = await Promise.all(
      Array.from({ length: HEAVY_JOBS }, () => intake.accept(jobOf(HEAVY, HEAVY_MODEL))),
    );
    for (const client of stuck) {
      client.socket.pause();
      for (const jobId of jobIds) client.send({ type: 'subscribe', jobId, after: 0 });
    }

    const readers = jobIds.map(() => new EventRecorder());
    const reads = jobIds.map((jobId, index) =>
      readSse(readers[index] ?? new EventRecorder(), { url: edgeUrl, apiKey, jobId }),
    );
    const brisk = new EventRecorder();
    const light = await intake.accept(jobOf(oraclePrompt({ deltas: 50, gapMs: 4, tag: 'light' })));
    await readSse(brisk, { url: edgeUrl, apiKey, jobId: light });
    const wereHeavyOver = readers.every((reader) => reader.isOver);
    await Promise.all(reads);
    const grownBytes = (await edgeRssBytes()) - before;

    const sentBytes = readers.reduce((sum, reader) => sum + reader.text.length, 0);
    const ifBufferedBytes = STUCK_CLIENTS * sentBytes;
    process.stderr.write(`edge grew by ${grownBytes} bytes, each client was owed ${sentBytes}\n`);
    expect(brisk.outcome).toBe('completed');
    expect(wereHeavyOver, 'the light job ends while heavy ones stream').toBe(false);
    expect(sentBytes, 'far more than the kernel buffers').toBeGreaterThan(15_000_000);
    // What the bounds allow, pages of the log under way and what the allocator keeps come to about 150 MB.
    expect(grownBytes).toBeLessThan(0.25 * ifBufferedBytes);
    for (const [index, jobId] of jobIds.entries()) {
      const late = new EventRecorder();
      await readSocket(late, { url: edgeUrl, apiKey, jobId });
      expect(late.entries.length).toBe(readers[index]?.entries.length);
      expect(digest(late.text)).toBe(digest(readers[index]?.text ?? ''));
    }
  }, 90_000);
});

/** Resident memory of the edge's process, as the kernel counts it. */
async function edgeRssBytes(): Promise<number> {
  const status = await readFile(`/proc/${String(system.fleet.edge.pid)}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1_024;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
