import type { Brokers } from '../../infra/brokers/start-brokers.ts';
import { type Spread, spreadOf } from '../../infra/report/quantile.ts';
import { ChildScript } from './child-script.ts';
import {
  type FloorOrder,
  type FloorReady,
  type FloorResult,
  floorReadySchema,
  floorResultSchema,
} from './floor-orders.ts';
import { cpuPerAnswer, shareOfOthers, sumOf } from './measure-load.ts';
import type { Effort } from './options.ts';
import { type NamedProcess, readMachineUsage, readUsages } from './process-usage.ts';

/** The concurrency that the floor's jobs a second are told for; the first targets speak of the same. */
export const FLOOR_CLIENTS = 64;

const WARM_UP_JOBS = 100;
const ORDER_TIMEOUT_MS = 60_000;

export interface Floor {
  readonly versions: FloorReady;
  /** One job at a time: from adding it to the first message about it, ms. */
  readonly latency: Spread;
  readonly jobsPerSecond: number;
  /** The same as `latency`, with 64 jobs under way. */
  readonly loaded: Spread;
  /** At 64 jobs at once, by process. */
  readonly cpuMsPerJob: Readonly<Record<string, number>>;
  /** At 64 jobs at once; as for a measurement. */
  readonly othersShare?: number;
}

/** Measures the brokers alone: the bare hand-off over two queues and one message, each end in its own process. */
export async function measureFloor(
  brokers: Brokers,
  effort: Effort,
  track: (script: ChildScript) => void,
): Promise<Floor> {
  const run = `${String(process.pid)}x${Date.now().toString(36)}`;
  const start = async (role: string) => {
    const started = await startRole(role, brokers, run);
    track(started.script);
    return started;
  };
  const { script: router } = await start('router');
  const { script: worker } = await start('worker');
  const { script: client, ready: versions } = await start('client');
  const ask = (order: FloorOrder): Promise<FloorResult> =>
    client.ask(order, floorResultSchema, ORDER_TIMEOUT_MS);

  await ask({ kind: 'one-at-a-time', jobs: WARM_UP_JOBS });
  const single = await ask({ kind: 'one-at-a-time', jobs: effort.floorJobs });
  const atOnce = { kind: 'at-once', clients: FLOOR_CLIENTS } as const;
  await ask({ ...atOnce, durationMs: effort.warmUpMs });
  const processes = [...brokerProcesses(brokers), router, worker, client];
  const before = await readUsages(processes);
  const machineBefore = await readMachineUsage();
  const loaded = await ask({ ...atOnce, durationMs: effort.floorMs });
  const machineAfter = await readMachineUsage();
  const after = await readUsages(processes);
  const cpuMsPerJob = cpuPerAnswer(before, after, loaded.latenciesMs.length);
  for (const script of [worker, router]) await script.stop();
  await ask({ kind: 'clean-up' });
  await client.stop();

  const latency = spreadOf(single.latenciesMs);
  const loadedLatency = spreadOf(loaded.latenciesMs);
  if (latency === undefined || loadedLatency === undefined) throw new Error('no job got through');
  return {
    versions,
    latency,
    jobsPerSecond: (loaded.latenciesMs.length / loaded.elapsedMs) * 1_000,
    loaded: loadedLatency,
    cpuMsPerJob,
    ...shareOfOthers(machineBefore, machineAfter, loaded.latenciesMs.length * sumOf(cpuMsPerJob)),
  };
}

/** Those that we started ourselves: only they have a process id that we know. */
export function brokerProcesses({ redis, nats }: Brokers): readonly NamedProcess[] {
  return [
    { name: 'redis', pid: redis?.pid },
    { name: 'nats', pid: nats?.pid },
  ];
}

function startRole(role: string, { redisUrl, natsUrl }: Brokers, run: string) {
  return ChildScript.start(
    {
      name: `floor ${role}`,
      script: new URL('floor-process.ts', import.meta.url),
      args: [`--role=${role}`, `--redis=${redisUrl}`, `--nats=${natsUrl}`, `--run=${run}`],
    },
    floorReadySchema,
  );
}
