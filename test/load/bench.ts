import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { type Brokers, startBrokers } from '../../infra/brokers/start-brokers.ts';
import { type Fleet, startFleet } from '../../infra/start/fleet.ts';
import { makeApiKey } from '../../shared/platform/auth/api-key.ts';
import { writeBenchConfig } from './bench-config.ts';
import { ChildScript } from './child-script.ts';
import { brokerProcesses, measureFloor } from './measure-floor.ts';
import { type Measurement, measureLoad, type Target, warmUp } from './measure-load.ts';
import { measureParser } from './measure-parser.ts';
import { type BenchOptions, readOptions, USAGE } from './options.ts';
import * as report from './report.ts';
import { judgeTargets } from './targets.ts';

/**
 * `npm run bench`: the brokers' floor, the upstream alone and Switchyard in front of it, from one run on one machine.
 * Ends with 1 when an answer failed; a missed target is shown, not punished, because it may be the machine's.
 */
const UPSTREAM = 'upstream';
const PRODUCT = 'Switchyard';

const closers: (() => Promise<void>)[] = [];
let isStopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    isStopping = true;
    void closeAll().then(() => process.exit(130));
  });
}

const options = readCommandLine();
try {
  const failures = await bench(options);
  process.exitCode = failures === 0 ? 0 : 1;
} catch (error: unknown) {
  // After a signal everything fails that is under way, and says nothing that is worth reading.
  if (!isStopping) {
    console.error(`The bench could not run: ${error instanceof Error ? error.message : 'unknown'}`);
  }
  process.exitCode = 1;
} finally {
  await closeAll();
}

function readCommandLine(): BenchOptions {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error: unknown) {
    console.error(`${error instanceof Error ? error.message : 'unknown'}\n\n${USAGE}`);
    process.exit(2);
  }
}

async function bench(options: BenchOptions): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-bench-'));
  closers.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  const { REDIS_URL: redisUrl, NATS_URL: natsUrl } = process.env;
  const brokers = await stoppable(
    startBrokers({ dataDir: join(folder, 'brokers'), redisUrl, natsUrl }),
  );

  const machine = report.describeMachine();
  // Before anything else runs: an idle fleet polls, too.
  const floor = await measureFloor(brokers, options.effort, track);
  print(report.describeRun({ options, machine, floor, how: brokers.how }));
  print(report.describeFloor(floor));

  const rows = await measureAll(options, await startTargets(options, brokers, folder));
  const parser = measureParser(options.effort.parserRounds);
  const verdicts = judgeTargets({ floor, rows, product: PRODUCT, upstream: UPSTREAM });
  const failures = rows.reduce((sum, row) => sum + row.failures, 0);
  const ofProduct = rows.filter((row) => row.target === PRODUCT);
  print(report.describeProcesses(ofProduct, floor));
  print(report.describeParser(parser));
  print(report.describeVerdicts(verdicts, failures));
  print(report.describeNoise(rows, floor));
  if (options.jsonPath !== undefined) {
    const figures = {
      machine,
      options: withoutSecrets(options),
      floor,
      rows,
      parser,
      verdicts,
      failures,
    };
    await writeFile(options.jsonPath, `${JSON.stringify(figures, undefined, 2)}\n`);
    console.log(`\nAll figures: ${options.jsonPath}`);
  }
  return failures;
}

interface Running {
  readonly generator: ChildScript;
  readonly targets: readonly Target[];
}

/** The upstream comes first: it says what every answer has to be, and what the others add to. */
async function startTargets(
  options: BenchOptions,
  brokers: Brokers,
  folder: string,
): Promise<Running> {
  const { port, ttftMs, chunks, gapMs, size } = options.upstream;
  const flags = { port, ttft: ttftMs, chunks, gap: gapMs, size };
  const { script: upstream, ready } = await ChildScript.start(
    {
      name: UPSTREAM,
      script: new URL('upstream.ts', import.meta.url),
      args: Object.entries(flags).map(([name, value]) => `--${name}=${String(value)}`),
    },
    z.object({ url: z.string() }),
  );
  track(upstream);
  const { script: generator } = await ChildScript.start(
    { name: 'load', script: new URL('load-generator.ts', import.meta.url), args: [] },
    z.object({}),
  );
  track(generator);
  const apiKey = makeApiKey();
  const starting = startFleet({
    dataDir: folder,
    env: process.env,
    apiKey,
    ports: { intake: 0, edge: 0 },
    workers: options.workers,
    configPath: await writeBenchConfig(folder, ready.url),
    restarts: false,
    redisUrl: brokers.redisUrl,
    natsUrl: brokers.natsUrl,
    say: (line) => {
      if (!isStopping) console.error(line);
    },
  });
  const fleet = await stoppable(starting);
  const { peer } = options;
  const targets: Target[] = [
    { name: UPSTREAM, url: ready.url, headers: {}, processes: [upstream] },
    {
      name: PRODUCT,
      url: `${fleet.edge.url}/v1`,
      headers: { authorization: `Bearer ${apiKey}` },
      processes: [...fleetProcesses(fleet), ...brokerProcesses(brokers), upstream],
    },
  ];
  if (peer !== undefined) targets.push({ ...peer, processes: [upstream] });
  return { generator, targets };
}

function fleetProcesses({ intake, router, workers, edge }: Fleet) {
  return [edge, intake, router, ...workers].map(({ name, pid }) => ({ name, pid }));
}

/** Targets take turns under each load, so that a change of the machine's mood meets all of them. */
async function measureAll(
  { modes, clients, effort }: BenchOptions,
  { generator, targets }: Running,
): Promise<readonly Measurement[]> {
  const rows: Measurement[] = [];
  let expectedText: string | undefined;
  for (const target of targets) await warmUp(generator, target, effort.firstWarmUpMs);
  for (const mode of modes) {
    print(report.loadHeading(mode));
    for (const count of clients) {
      let alone: Measurement | undefined;
      for (const target of targets) {
        const load = { target, mode, clients: count, effort, expectedText };
        const measured = await measureLoad(generator, load);
        print(report.describeLoad(measured, alone));
        expectedText ??= measured.text;
        alone ??= measured;
        const { text: _text, ...row } = measured;
        rows.push(row);
      }
    }
  }
  return rows;
}

/** What is still starting when a signal comes is waited for and stopped as well. */
function stoppable<T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> {
  closers.push(async () => {
    const started = await starting.catch(() => undefined);
    await started?.stop();
  });
  return starting;
}

function track(script: ChildScript): void {
  closers.push(() => script.stop());
}

function print(lines: readonly string[]): void {
  for (const line of lines) console.log(line);
}

/** A peer's headers hold its key. */
function withoutSecrets({ peer, ...rest }: BenchOptions): object {
  return peer === undefined ? rest : { ...rest, peer: { name: peer.name, url: peer.url } };
}

/** What was started last goes first. */
async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).toReversed()) await close();
}
