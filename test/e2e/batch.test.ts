import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { problemSchema } from '../../shared/contracts/http/problem.ts';
import { RESULTS_STREAM } from '../../shared/contracts/nats-subjects.ts';
import { IntakeHttp, jobOf } from '../support/intake-http.ts';
import { readLedger } from '../support/ledger.ts';
import { oraclePrompt, readOracle } from '../support/oracle.ts';
import { readAllResults } from '../support/stored-messages.ts';
import { startTestFleet, type TestFleet } from '../support/test-fleet.ts';
import { waitUntil } from '../support/wait-until.ts';

const JOBS = 2_000;
const TOKENS = 3;

const verdictSchema = z.object({
  line: z.number(),
  jobId: z.string().optional(),
  status: z.literal('queued').optional(),
  links: z.object({ job: z.string() }).optional(),
  problem: problemSchema.optional(),
});

type Verdict = z.infer<typeof verdictSchema>;

let system: TestFleet;
let intake: IntakeHttp;

beforeAll(async () => {
  system = await startTestFleet({ workers: 2 });
  intake = new IntakeHttp(system.fleet.intake.url, system.apiKey);
});

afterAll(async () => {
  await system.stop();
});

describe('a batch of 2,000 jobs', () => {
  const lines = Array.from({ length: JOBS }, (_, index) => {
    const prompt = oraclePrompt({ deltas: TOKENS, ttftMs: 0, gapMs: 0, tag: 'batch' });
    return line(`${prompt} ${String(index)}`, { metadata: { index: String(index) } });
  });

  it('is accepted line by line in order, done once each, billed once each', async () => {
    const verdicts = await submit(lines, 'nightly');

    expect(verdicts.map((verdict) => verdict.line)).toEqual(lines.map((_, index) => index + 1));
    const jobIds = verdicts.map((verdict) => verdict.jobId ?? '');
    expect(new Set(jobIds).size).toBe(JOBS);
    await waitUntil(async () => (await resultCount()) >= JOBS, {
      withinMs: 90_000,
      what: 'all results',
    });

    const results = await readAllResults(system.fleet.brokers.natsUrl);
    expect(results.map((result) => result.jobId).toSorted()).toEqual(jobIds.toSorted());
    const byId = new Map(results.map((result) => [result.jobId, result]));
    const calls = new Set<string>();
    for (const [index, jobId] of jobIds.entries()) {
      const result = byId.get(jobId);
      const { model, call, tokens } = readOracle(result?.result?.text ?? '');
      calls.add(`${model}.${String(call)}`);
      expect(tokens).toBe(TOKENS);
      expect(result).toMatchObject({ status: 'completed', metadata: { index: String(index) } });
    }
    expect(calls.size, 'no call answered two jobs').toBe(JOBS);
    await expectBilledOnce(jobIds);
  }, 120_000);

  it('sent again with the same key names the same jobs and runs nothing again', async () => {
    const first = await submit(lines, 'nightly');
    const before = await resultCount();

    const again = await submit(lines, 'nightly');

    expect(again).toEqual(first);
    await intake.end(await intake.accept(jobOf(oraclePrompt({ deltas: 1, tag: 'after' }))));
    await waitUntil(async () => (await resultCount()) > before, {
      withinMs: 5_000,
      what: 'the result of the job after',
    });
    expect(await resultCount()).toBe(before + 1);
  }, 60_000);
});

describe('bad lines', () => {
  const good = line(oraclePrompt({ deltas: 1, tag: 'good' }));

  it('get a problem each and stop nothing', async () => {
    const verdicts = await submit([
      good,
      '{"model":"auto"',
      good,
      '{"model":"auto","messages":[]}',
      'null',
      '{"model":"auto","model":"fast","messages":[{"role":"user","content":"x"}]}',
      '{"model":"nobody","messages":[{"role":"user","content":"x"}]}',
      '',
      good,
    ]);

    expect(verdicts.map((verdict) => [verdict.line, verdict.problem?.code ?? 'accepted'])).toEqual([
      [1, 'accepted'],
      [2, 'invalid_json'],
      [3, 'accepted'],
      [4, 'invalid_request'],
      [5, 'invalid_request'],
      [6, 'duplicate_key'],
      [7, 'unknown_model'],
      [9, 'accepted'],
    ]);
    for (const verdict of verdicts) {
      if (verdict.jobId !== undefined) await intake.end(verdict.jobId);
    }
  });

  it('under a key used with another body are told so, the others are replayed', async () => {
    const [first, second] = await submit([good, line('one')], 'changed');

    const again = await submit([good, line('two')], 'changed');

    expect(again[0]?.jobId).toBe(first?.jobId);
    expect(again[1]?.problem?.code).toBe('idempotency_mismatch');
    expect(second?.jobId).toBeDefined();
  });

  it('of any length are cut off at the limit of one request', async () => {
    const verdicts = await submit([good, line('x'.repeat(9 * 1_048_576)), good]);

    expect(verdicts[0]?.jobId).toBeDefined();
    expect(verdicts[1]).toMatchObject({ line: 2, problem: { code: 'body_too_large' } });
    expect((await submit([good]))[0]?.jobId).toBeDefined();
  });
});

function line(prompt: string, more: object = {}): string {
  return JSON.stringify(jobOf(prompt, { delivery: { priority: 'batch' }, ...more }));
}

async function submit(lines: readonly string[], key?: string): Promise<Verdict[]> {
  const verdicts = await intake.submitBatch(lines, key);
  return verdicts.map((verdict) => verdictSchema.parse(verdict));
}

async function resultCount(): Promise<number> {
  const connection = await connect({ servers: system.fleet.brokers.natsUrl });
  try {
    const manager = await jetstreamManager(connection);
    return (await manager.streams.info(RESULTS_STREAM)).state.messages;
  } finally {
    await connection.close();
  }
}

/** A result goes out just before its ledger row is written, so the last row may come a moment later. */
async function expectBilledOnce(jobIds: readonly string[]): Promise<void> {
  const rows = await waitUntil(
    async () => {
      const found = await readLedger(system.fleet.brokers.redisUrl, 'default');
      return found.length >= jobIds.length && found;
    },
    { withinMs: 5_000, what: 'all ledger rows' },
  );
  expect(rows.map(([jobId]) => jobId).toSorted()).toEqual(jobIds.toSorted());
  expect(rows.every(([, row]) => row.costNanoUsd > 0 && row.usage?.outputTokens === TOKENS)).toBe(
    true,
  );
}
