import { join } from 'node:path';
import { type Brokers, startBrokers } from '../brokers/start-brokers.ts';
import { isSandboxNeeded, prepareConfig, readDefaultConfig } from './prepare-config.ts';
import { ServiceProcess } from './service-process.ts';

export interface FleetOptions {
  /** Folder for data, logs and the brokers' files. */
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly apiKey: string;
  readonly ports: { readonly intake: number; readonly edge: number };
  readonly workers: number;
  /** Configuration file; absent: the default one, with the sandbox where no real key is set. */
  readonly configPath?: string | undefined;
  readonly restarts: boolean;
  readonly redisUrl?: string | undefined;
  readonly natsUrl?: string | undefined;
  /** Environment of one service (`intake`, `worker-1`, …) that wins over what all of them get. */
  readonly envFor?: (service: string) => Readonly<Record<string, string>>;
  readonly say: (line: string) => void;
}

/** Everything that makes a running Switchyard on this machine. */
export interface Fleet {
  readonly brokers: Brokers;
  /** Present unless real providers are used. */
  readonly sandbox: ServiceProcess | undefined;
  readonly intake: ServiceProcess;
  readonly router: ServiceProcess;
  readonly workers: readonly ServiceProcess[];
  readonly edge: ServiceProcess;
  readonly configPath: string;
  stop(): Promise<void>;
}

/** Starts brokers, sandbox (where it is needed) and the four services, and waits until each is ready. */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const { dataDir, say, redisUrl, natsUrl } = options;
  const brokers = await startBrokers({
    dataDir: join(dataDir, 'brokers'),
    redisUrl,
    natsUrl,
    say,
  });
  const running: ServiceProcess[] = [];
  const stop = async () => {
    // Those who hold clients go first, the brokers last.
    for (const service of running.splice(0).toReversed()) await service.stop();
    await brokers.stop();
  };
  const launch = async (
    name: string,
    script: string,
    env: Readonly<Record<string, string | undefined>>,
  ): Promise<ServiceProcess> => {
    const service = new ServiceProcess({
      name,
      script,
      env,
      logFile: join(dataDir, 'logs', `${name}.log`),
      restarts: options.restarts,
      onExit: (how) => say(`${name} ended (${how})`),
    });
    running.push(service);
    await service.start();
    return service;
  };
  try {
    const document = await readDefaultConfig();
    const isSandboxed = options.configPath === undefined && isSandboxNeeded(document, options.env);
    const sandbox = isSandboxed
      ? await launch('sandbox', 'infra/sandbox/main.ts', { ...options.env, PORT: '0' })
      : undefined;
    const sandboxUrl = sandbox?.url ?? '';
    const configPath =
      options.configPath ??
      (await prepareConfig(document, { env: options.env, sandboxUrl, dataDir }));
    const shared = serviceEnv(options, brokers, configPath);
    const launchService = (name: string, script: string) =>
      launch(name, script, { ...shared, ...options.envFor?.(name) });
    const [intake, router, edge, ...workers] = await Promise.all([
      launchService('intake', 'services/intake/main.ts'),
      launchService('router', 'services/router/main.ts'),
      launchService('edge', 'services/edge/main.ts'),
      ...Array.from({ length: options.workers }, (_, index) =>
        launchService(`worker-${String(index + 1)}`, 'services/worker/main.ts'),
      ),
    ]);
    return { brokers, sandbox, intake, router, workers, edge, configPath, stop };
  } catch (error: unknown) {
    await stop();
    throw error;
  }
}

function serviceEnv(options: FleetOptions, brokers: Brokers, configPath: string) {
  return {
    ...options.env,
    REDIS_URL: brokers.redisUrl,
    NATS_URL: brokers.natsUrl,
    SWITCHYARD_CONFIG: configPath,
    SWITCHYARD_API_KEY: options.apiKey,
    SWITCHYARD_INTAKE_PORT: String(options.ports.intake),
    SWITCHYARD_EDGE_PORT: String(options.ports.edge),
  };
}
