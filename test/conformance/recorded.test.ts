import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  cutAtRandom,
  cutIntoBytes,
} from '../../shared/adapters/providers/testing/cut-at-random.ts';
import {
  type ExchangeResult,
  expectedResult,
  toldResult,
} from '../../shared/adapters/providers/testing/exchange-result.ts';
import {
  hasRecordings,
  type RecordedExchange,
  readRecordedExchanges,
} from '../../shared/adapters/providers/testing/recorded-exchanges.ts';
import type { JobView } from '../../shared/contracts/http/job-view.ts';
import { IntakeHttp, jobOf } from '../support/intake-http.ts';
import { startTestFleet, type TestFleet } from '../support/test-fleet.ts';
import {
  type ConformanceConfig,
  type ReplayedDeployment,
  writeConformanceConfig,
} from './conformance-config.ts';
import { CASE_PATH, type Replay, type ReplayServer, startReplayServer } from './replay-server.ts';

/**
 * How an exchange reaches the worker, and what the base URL of its provider looks like: a bare origin, one with the
 * version, one with a path of somebody's gateway.
 */
const WAYS: readonly {
  readonly way: string;
  readonly basePath: string;
  readonly cut: (body: Uint8Array) => readonly Uint8Array[];
}[] = [
  { way: 'whole', basePath: '', cut: (body) => [body] },
  { way: 'cut', basePath: '/v1', cut: (body) => cutAtRandom(body, body.length) },
  { way: 'cut-again', basePath: '/', cut: (body) => cutAtRandom(body, body.length + 1) },
  { way: 'bytes', basePath: '/gateway/of/somebody/', cut: cutIntoBytes },
];

/** A name with every sign that a model's name may have; all providers of one case have this one. */
const ODD_MODEL = 'Org.1/sub_model-2:free';

/** Jobs under way at once. */
const LANES = 24;
const JOB_WITHIN_MS = 60_000;
const RUN_WITHIN_MS = 85_000;

const isRecorded = hasRecordings();
const exchanges = isRecorded ? readRecordedExchanges() : [];

/** A few of each kind, called as a provider of its own each. */
const alone = exchanges.filter((exchange, index) => {
  const before = exchanges.slice(0, index);
  return !before.some(({ kind, stream }) => kind === exchange.kind && stream === exchange.stream);
});

interface Case {
  /** What the server knows the replay by. */
  readonly key: string;
  readonly exchange: RecordedExchange;
  readonly replay: Replay;
  readonly deployment: ReplayedDeployment;
}

describe.skipIf(!isRecorded)('recorded provider traffic through the started product', () => {
  let server: ReplayServer;
  let config: ConformanceConfig;
  let system: TestFleet;
  let results: ReadonlyMap<string, ExchangeResult>;

  beforeAll(async () => {
    const replays = new Map<string, Replay>();
    server = await startReplayServer(replays);
    const cases = [...casesInGroups(server.origin), ...casesAlone(server.origin)];
    for (const { key, replay } of cases) replays.set(key, replay);
    config = await writeConformanceConfig(cases.map(({ deployment }) => deployment));
    system = await startTestFleet({ configPath: config.path });
    results = await runAll(new IntakeHttp(system.fleet.intake.url, system.apiKey), cases);
  }, RUN_WITHIN_MS);

  afterAll(async () => {
    await system.stop();
    await server.close();
    await config.remove();
  });

  it('asks only for what was recorded', () => {
    expect(server.strays).toEqual([]);
  });

  it.each(exchanges)('is told right by the job of $kind $name', (exchange) => {
    const demanded = expectedResult(exchange.expected);

    const told = WAYS.map(({ way }) => [way, results.get(keyIn(way, exchange))]);

    expect(told).toEqual(WAYS.map(({ way }) => [way, demanded]));
  });

  it.each(alone)('is told right by a provider that has $kind $name alone', (exchange) => {
    const told = results.get(keyAlone(exchange));

    expect(told).toEqual(expectedResult(exchange.expected));
  });
});

/** A provider for each kind and way, a deployment for each exchange, told apart by the model's name. */
function casesInGroups(origin: string): Case[] {
  return WAYS.flatMap(({ way, basePath, cut }) =>
    exchanges.map((exchange): Case => {
      const { kind, stream, status, contentType, body } = exchange;
      const key = keyIn(way, exchange);
      const deployment = { provider: `${kind}-${way}`, model: key, kind, stream };
      return {
        key,
        exchange,
        replay: { status, contentType, pieces: cut(body) },
        deployment: { ...deployment, baseUrl: origin + basePath },
      };
    }),
  );
}

/** A provider for each exchange, told apart by the path of its base URL; the model is the same everywhere. */
function casesAlone(origin: string): Case[] {
  return alone.map((exchange, index): Case => {
    const { kind, stream, status, contentType, body } = exchange;
    const key = keyAlone(exchange);
    const baseUrl = `${origin}${CASE_PATH}${key}/v1`;
    return {
      key,
      exchange,
      replay: { status, contentType, pieces: cutAtRandom(body, index) },
      deployment: { provider: `Alone_${String(index)}`, model: ODD_MODEL, kind, baseUrl, stream },
    };
  });
}

function keyIn(way: string, exchange: RecordedExchange): string {
  return `${String(exchanges.indexOf(exchange))}/${way}`;
}

function keyAlone({ kind, stream }: RecordedExchange): string {
  return `${kind}-${stream ? 'stream' : 'json'}`;
}

async function runAll(
  intake: IntakeHttp,
  cases: readonly Case[],
): Promise<ReadonlyMap<string, ExchangeResult>> {
  const results = new Map<string, ExchangeResult>();
  const waiting = [...cases];
  const runLane = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      results.set(next.key, await runCase(intake, next));
    }
  };
  await Promise.all(Array.from({ length: LANES }, runLane));
  return results;
}

async function runCase(
  intake: IntakeHttp,
  { exchange, deployment }: Case,
): Promise<ExchangeResult> {
  const model = `${deployment.provider}/${deployment.model}`;
  const jobId = await intake.accept(jobOf('Hi', { model, routing: { maxAttempts: 1 } }));
  const view = await intake.end(jobId, JOB_WITHIN_MS);
  return toldResult(tell(view), exchange.expected);
}

/** The job as its view tells it: an answer that broke off is in there, too. */
function tell({ result, usage, failure, attempts }: JobView): Parameters<typeof toldResult>[0] {
  if (attempts.length !== 1) throw new Error(`${String(attempts.length)} attempts, not one`);
  return {
    text: result?.text ?? '',
    reasoning: result?.reasoning ?? '',
    toolCalls: (result?.toolCalls ?? []).map((call) => ({
      name: call.name,
      argumentsText: call.arguments,
    })),
    finishReason: result?.finishReason ?? 'error',
    usage,
    failure,
  };
}
