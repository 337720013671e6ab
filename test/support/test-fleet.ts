import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Fleet, type FleetOptions, startFleet } from '../../infra/start/fleet.ts';
import { makeApiKey } from '../../shared/platform/auth/api-key.ts';

export interface TestFleet {
  readonly fleet: Fleet;
  /** Key of the tenant `default`. */
  readonly apiKey: string;
  readonly dataDir: string;
  /** Stops every process and removes the data. */
  stop(): Promise<void>;
}

/** What the services get of this process's environment: no key of a real provider may reach a test. */
const PASSED_ON = ['PATH', 'HOME', 'TMPDIR'] as const;

/** The whole system in its own processes and on its own brokers, with data that goes when it is stopped. */
export async function startTestFleet(
  options: Partial<
    Pick<FleetOptions, 'workers' | 'restarts' | 'ports' | 'configPath' | 'env'>
  > = {},
): Promise<TestFleet> {
  const dataDir = await mkdtemp(join(tmpdir(), 'switchyard-e2e-'));
  const apiKey = makeApiKey();
  const passedOn = PASSED_ON.map((name) => [name, process.env[name]] as const);
  const fleet = await startFleet({
    workers: 1,
    restarts: false,
    ports: { intake: 0, edge: 0 },
    ...options,
    dataDir,
    apiKey,
    env: { ...Object.fromEntries(passedOn), LOG_LEVEL: 'warn', ...options.env },
    say: () => undefined,
  });
  const stop = async () => {
    await fleet.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  return { fleet, apiKey, dataDir, stop };
}
