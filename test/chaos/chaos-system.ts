import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '../../infra/brokers/free-port.ts';
import { type Brokers, startBrokers } from '../../infra/brokers/start-brokers.ts';
import { resolveProviders } from '../../infra/config/resolve-providers.ts';
import { type Fleet, startFleet } from '../../infra/start/fleet.ts';
import { readDefaultConfig } from '../../infra/start/prepare-config.ts';
import { ServiceProcess } from '../../infra/start/service-process.ts';
import { configSchema } from '../../shared/contracts/config/config.ts';
import { makeApiKey } from '../../shared/platform/auth/api-key.ts';
import { FaultProxy } from './fault-proxy.ts';
import { SandboxControl } from './sandbox-control.ts';

/** Short, so that a silent provider is given up several times within a run. */
const SILENCE_MS = 3_000;

/** A stop that takes longer is worth a line. */
const SLOW_STOP_MS = 2_000;

const BROKERS = ['redis', 'nats'] as const;

/** No key of a real provider may reach the services. */
const PASSED_ON = ['PATH', 'HOME', 'TMPDIR'] as const;

/** The whole system on its own brokers, each of its links through a proxy of ours. */
export interface ChaosSystem {
  readonly brokers: Brokers;
  readonly fleet: Fleet;
  readonly sandbox: SandboxControl;
  readonly apiKey: string;
  /** By `<service>-<peer>`, as `worker-1-redis`; all workers share `workers-sandbox`. */
  readonly proxies: ReadonlyMap<string, FaultProxy>;
  /** By name; restarted when they are killed. */
  readonly services: ReadonlyMap<string, ServiceProcess>;
  stop(): Promise<void>;
}

export function serviceNames(workers: number): string[] {
  const numbers = Array.from({ length: workers }, (_, index) => `worker-${String(index + 1)}`);
  return ['intake', 'router', 'edge', ...numbers];
}

export function linkNames(workers: number): string[] {
  return serviceNames(workers).flatMap((name) => BROKERS.map((broker) => `${name}-${broker}`));
}

/** `logDir`: where the services' logs go. */
export async function startChaosSystem(options: {
  readonly workers: number;
  readonly logDir: string;
  readonly say: (line: string) => void;
}): Promise<ChaosSystem> {
  const closers: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).toReversed()) await close();
  };
  try {
    return await startAll(options, closers, stop);
  } catch (error: unknown) {
    await stop();
    throw error;
  }
}

async function startAll(
  { workers, logDir, say }: Parameters<typeof startChaosSystem>[0],
  closers: (() => Promise<void>)[],
  stop: () => Promise<void>,
): Promise<ChaosSystem> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-chaos-'));
  closers.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  const env = Object.fromEntries(PASSED_ON.map((name) => [name, process.env[name]]));
  const brokers = await startBrokers({ dataDir: join(folder, 'brokers'), say: () => undefined });
  closers.push(() => brokers.stop());
  const sandbox = new ServiceProcess({
    name: 'sandbox',
    script: 'infra/sandbox/main.ts',
    env: { ...env, PORT: '0' },
    logFile: join(logDir, 'sandbox.log'),
    restarts: false,
  });
  await sandbox.start();
  closers.push(() => sandbox.stop());

  const proxies = await startProxies({ workers, brokers, sandboxUrl: sandbox.url });
  closers.push(async () => {
    await Promise.all([...proxies.values()].map((proxy) => proxy.close()));
  });
  const urlOf = (name: string): string => `127.0.0.1:${String(proxies.get(name)?.port)}`;
  const apiKey = makeApiKey();
  const fleet = await startFleet({
    dataDir: logDir,
    env: { ...env, LOG_LEVEL: 'warn' },
    apiKey,
    // A restarted service must be found at its old address.
    ports: { intake: await findFreePort(), edge: await findFreePort() },
    workers,
    configPath: await writeConfig(folder, `http://${urlOf('workers-sandbox')}`),
    restarts: true,
    redisUrl: brokers.redisUrl,
    natsUrl: brokers.natsUrl,
    envFor: (service) => ({
      REDIS_URL: `redis://${urlOf(`${service}-redis`)}`,
      NATS_URL: `nats://${urlOf(`${service}-nats`)}`,
    }),
    say: () => undefined,
  });
  closers.push(() => fleet.stop());
  const { intake, router, edge } = fleet;
  const services = new Map(
    [intake, router, edge, ...fleet.workers].map((service) => [service.name, service]),
  );
  // All at once: one after another their drains would take longer than the run.
  closers.push(async () => {
    await Promise.all([...services.values()].map((service) => stopService(service, say)));
  });
  const control = new SandboxControl(sandbox.url);
  return { brokers, fleet, sandbox: control, apiKey, proxies, services, stop };
}

async function startProxies(behind: {
  readonly workers: number;
  readonly brokers: Brokers;
  readonly sandboxUrl: string;
}): Promise<Map<string, FaultProxy>> {
  const { workers, brokers, sandboxUrl } = behind;
  const ports = { redis: portOf(brokers.redisUrl), nats: portOf(brokers.natsUrl) };
  const proxies = new Map<string, FaultProxy>();
  for (const service of serviceNames(workers)) {
    for (const broker of BROKERS) {
      proxies.set(`${service}-${broker}`, await FaultProxy.start(ports[broker]));
    }
  }
  proxies.set('workers-sandbox', await FaultProxy.start(portOf(sandboxUrl)));
  return proxies;
}

/** A service without jobs ends at once; one that does not hangs on something that chaos left behind. */
async function stopService(service: ServiceProcess, say: (line: string) => void): Promise<void> {
  const startedAt = performance.now();
  await service.stop();
  const tookMs = Math.round(performance.now() - startedAt);
  if (tookMs > SLOW_STOP_MS) say(`${service.name} took ${String(tookMs)} ms to stop`);
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

/** The default configuration on the sandbox, with short patience. */
async function writeConfig(folder: string, sandboxUrl: string): Promise<string> {
  const { document } = resolveProviders(await readDefaultConfig(), {}, sandboxUrl);
  const config = configSchema.parse({
    ...document,
    providers: document.providers.map((provider) => ({
      ...provider,
      timeouts: { ...provider.timeouts, ttftMs: SILENCE_MS, idleMs: SILENCE_MS },
    })),
  });
  const path = join(folder, 'config.json');
  await writeFile(path, JSON.stringify(config));
  return path;
}
