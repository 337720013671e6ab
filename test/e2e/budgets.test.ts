import type { Redis } from 'ioredis';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../infra/sandbox/server.ts';
import { RedisApiKeyStore } from '../../shared/adapters/redis/api-key-store.ts';
import { budgetAlertSchema } from '../../shared/contracts/events/budget-alert.ts';
import { natsSubjects } from '../../shared/contracts/nats-subjects.ts';
import { redisKeys } from '../../shared/contracts/redis-keys.ts';
import { digestSecret, makeApiKey } from '../../shared/platform/auth/api-key.ts';
import { BrokerConnections } from '../support/broker-connections.ts';
import { writeBudgetConfig } from '../support/budget-config.ts';
import { readBudget } from '../support/budget-reading.ts';
import { IntakeHttp, jobOf } from '../support/intake-http.ts';
import { readLedger } from '../support/ledger.ts';
import { oraclePrompt } from '../support/oracle.ts';
import { SandboxWitness } from '../support/sandbox-witness.ts';
import { startTestFleet, type TestFleet } from '../support/test-fleet.ts';
import { waitUntil } from '../support/wait-until.ts';

/** Output dominates what a job may cost: 1,000 tokens at 2 USD a million, 0.002 USD, and a few hundred bytes of input. */
const MAX_TOKENS = 1_000;
const MODEL = 'priced/model';

/** Room for three jobs that may cost 0.002 to 0.0025 USD each. */
const SMALL_LIMIT_USD = 0.0075;

const JOBS = 24;
const TOKENS = 40;

const connections = new BrokerConnections();
let sandbox: Sandbox;
let config: Awaited<ReturnType<typeof writeBudgetConfig>>;
let system: TestFleet;
let redis: Redis;
let witness: SandboxWitness;

beforeAll(async () => {
  sandbox = await startSandbox();
  config = await writeBudgetConfig(sandbox.url, {
    budgets: [
      { id: 'small-poor', tenant: 'poor', window: 'hour', limitUsd: SMALL_LIMIT_USD },
      { id: 'small-thrifty', tenant: 'thrifty', window: 'day', limitUsd: SMALL_LIMIT_USD },
      { id: 'large-busy', tenant: 'busy', window: 'day', limitUsd: 1 },
    ],
    tenants: [
      { id: 'asking', perKey: { requestsPerMinute: 2 } },
      { id: 'crowding', perKey: { concurrentJobs: 1 } },
    ],
  });
  system = await startTestFleet({ configPath: config.path, workers: 2, restarts: true });
  redis = await connections.redis(system.fleet.brokers.redisUrl);
  witness = new SandboxWitness(sandbox.url);
}, 60_000);

afterAll(async () => {
  await connections.close();
  await system.stop();
  await config.remove();
  await sandbox.close();
});

describe('a budget', () => {
  it('lets no job in that it may not cover, at both doors, and burns no idempotency key', async () => {
    const { intake, apiKey } = await aKeyOf('poor');
    const job = slowJob('poor');
    const jobIds = await Promise.all([1, 2, 3].map(() => intake.accept(job)));

    const refused = await intake.submit(job, 'the-fourth');
    const atTheEdge = await chat(apiKey);

    expect(refused).toMatchObject({ status: 402, problem: { code: 'budget_exceeded' } });
    expect(refused.problem?.retryAfterMs).toBeGreaterThan(0);
    expect(atTheEdge.status).toBe(402);
    expect(atTheEdge).toMatchObject({ code: 'budget_exceeded', type: 'insufficient_quota' });
    for (const jobId of jobIds) await intake.cancel(jobId);
    const again = await intake.submit(job, 'the-fourth');
    expect(again).toMatchObject({ status: 202, isReplay: false });
    await intake.cancel(again.jobId ?? '');
    await checkBooks('poor', { id: 'small-poor', window: 'hour' });
  }, 60_000);

  it('tells its tenant before it is used up, once a share', async () => {
    const { intake } = await aKeyOf('thrifty');
    const nats = await connections.bareNats(system.fleet.brokers.natsUrl);
    const alerts: unknown[] = [];
    nats.subscribe(natsSubjects.budgetAlert('thrifty'), {
      callback: (_error, message) => {
        alerts.push(message.json());
      },
    });
    await nats.flush();

    for (let count = 0; count < 3; count += 1) {
      await intake.end(await intake.accept(quickJob('thrifty')));
    }
    const held = await Promise.all([1, 2, 3].map(() => intake.accept(slowJob('thrifty'))));

    await waitUntil(() => alerts.length >= 2, { withinMs: 5_000, what: 'two alerts' });
    for (const jobId of held) await intake.cancel(jobId);
    const shares = alerts.map((alert) => budgetAlertSchema.parse(alert).share);
    expect(shares).toEqual([0.5, 0.8]);
  }, 60_000);

  it('holds nothing and has booked what the ledger says when all jobs have ended, one worker killed', async () => {
    const { intake } = await aKeyOf('busy');
    const prompt = oraclePrompt({ deltas: TOKENS, gapMs: 20, tag: 'busy' });
    const job = jobOf(prompt, { model: MODEL, maxTokens: MAX_TOKENS });

    const jobIds = await Promise.all(Array.from({ length: JOBS }, () => intake.accept(job)));
    await waitUntil(async () => (await witness.open()).length >= JOBS / 2, {
      withinMs: 20_000,
      what: 'half the calls to be open',
    });
    system.fleet.workers[0]?.signal('SIGKILL');
    const views = await Promise.all(jobIds.map((jobId) => intake.end(jobId, 45_000)));

    expect(views.map((view) => view.status)).toEqual(jobIds.map(() => 'completed'));
    const { booked } = await checkBooks('busy', { id: 'large-busy', window: 'day' });
    const taken = views.filter((view) => view.attempts.length > 1);
    expect(booked).toBeGreaterThan(0);
    expect(taken.length, 'the kill hit running jobs').toBeGreaterThan(0);
    expect((await readWaste('busy')).length, 'what they cost is waste').toBeGreaterThan(0);
  }, 90_000);
});

describe('what a key may ask for', () => {
  it('is held to its requests a minute, with a refusal at once that says when to come back', async () => {
    const { intake, apiKey } = await aKeyOf('asking');
    await intake.accept(quickJob('asking'), 'first');
    await intake.accept(quickJob('asking'));

    const startedAtMs = performance.now();
    const refused = await intake.submit(quickJob('asking'));
    const tookMs = performance.now() - startedAtMs;
    const repeated = await intake.submit(quickJob('asking'), 'first');
    const atTheEdge = await chat(apiKey);

    expect(refused).toMatchObject({ status: 429, problem: { code: 'key_limit' } });
    expect(refused.problem?.retryAfterMs).toBeGreaterThan(50_000);
    expect(refused.problem?.retryAfterMs).toBeLessThanOrEqual(61_000);
    expect(tookMs).toBeLessThan(100);
    expect(repeated, 'a repeat asks for nothing').toMatchObject({ status: 202, isReplay: true });
    expect(atTheEdge).toMatchObject({ status: 429, code: 'key_limit' });
  });

  it('is held to its jobs at once, and has room again when one has ended', async () => {
    const { intake } = await aKeyOf('crowding');
    const first = await intake.accept(slowJob('crowding'));

    const refused = await intake.submit(quickJob('crowding'));
    await intake.cancel(first);
    const next = await intake.submit(quickJob('crowding'));

    expect(refused).toMatchObject({ status: 429, problem: { code: 'key_limit' } });
    expect(next.status).toBe(202);
  });
});

async function aKeyOf(tenantId: string) {
  const apiKey = makeApiKey();
  await new RedisApiKeyStore(redis).put(digestSecret(apiKey), { tenantId, keyId: 'key-1' });
  return { apiKey, intake: new IntakeHttp(system.fleet.intake.url, apiKey) };
}

function slowJob(tag: string): object {
  const prompt = oraclePrompt({ deltas: 500, gapMs: 50, tag: `slow-${tag}` });
  return jobOf(prompt, { model: MODEL, maxTokens: MAX_TOKENS });
}

function quickJob(tag: string): object {
  const prompt = oraclePrompt({ deltas: 3, tag: `quick-${tag}` });
  return jobOf(prompt, { model: MODEL, maxTokens: MAX_TOKENS });
}

/** What a stock client makes of a refusal, without its own retries. */
async function chat(apiKey: string) {
  const baseURL = `${system.fleet.edge.url}/v1`;
  const openai = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
  const error: unknown = await openai.chat.completions
    .create({ model: MODEL, max_tokens: MAX_TOKENS, messages: [{ role: 'user', content: 'Hi' }] })
    .catch((refusal: unknown) => refusal);
  if (!(error instanceof OpenAI.APIError)) throw new Error('it was not refused');
  return error;
}

/** Once quiet: nothing reserved, and booked exactly what the ledger of the tenant adds up to (I9). */
async function checkBooks(tenantId: string, { id, window }: { id: string; window: string }) {
  const { redisUrl } = system.fleet.brokers;
  const name = { id, window, scope: tenantId };
  await waitUntil(async () => (await readBudget(redis, name)).reservedNanoUsd === 0, {
    withinMs: 15_000,
    what: `${id} to hold nothing`,
  });
  const { bookedNanoUsd: booked } = await readBudget(redis, name);
  const rows = await readLedger(redisUrl, tenantId);
  expect(booked).toBe(rows.reduce((sum, [, row]) => sum + row.costNanoUsd, 0));
  return { booked };
}

async function readWaste(tenantId: string): Promise<string[]> {
  const keys = await redis.keys(redisKeys.waste(tenantId, '*'));
  const days = await Promise.all(keys.map((key) => redis.hkeys(key)));
  return days.flat();
}
