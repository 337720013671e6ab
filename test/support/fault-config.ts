import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '../../infra/brokers/free-port.ts';
import { resolveProviders } from '../../infra/config/resolve-providers.ts';
import { readDefaultConfig } from '../../infra/start/prepare-config.ts';
import { configSchema } from '../../shared/contracts/config/config.ts';

/** Short, so that a silent provider is given up within a test's patience. */
const SILENCE_MS = 1_200;

/** The faults here are each its own case; that many in a row open a breaker is tested elsewhere. */
const NEVER_OPEN = { consecutiveFailures: 1_000_000, failureRatio: 1 };

/** A group whose first choice is a provider where nobody listens. */
export const REFUSED_GROUP = 'refused-first';
export const REFUSED_DEPLOYMENT = 'absent/model';

export interface FaultConfig {
  readonly path: string;
  remove(): Promise<void>;
}

/** The default configuration on the sandbox, with short patience and a provider that refuses every connection. */
export async function writeFaultConfig(sandboxUrl: string): Promise<FaultConfig> {
  const { document } = resolveProviders(await readDefaultConfig(), {}, sandboxUrl);
  const closedPort = await findFreePort();
  const withFaults = configSchema.parse({
    ...document,
    providers: [
      ...document.providers.map((provider) => ({
        ...provider,
        breaker: NEVER_OPEN,
        timeouts: { ...provider.timeouts, ttftMs: SILENCE_MS, idleMs: SILENCE_MS },
      })),
      { id: 'absent', kind: 'openai', baseUrl: `http://127.0.0.1:${String(closedPort)}/v1` },
    ],
    deployments: [
      ...document.deployments,
      {
        id: REFUSED_DEPLOYMENT,
        provider: 'absent',
        model: 'model',
        prices: [{ from: '2026-01-01', input: 0.01, output: 0.01 }],
      },
    ],
    groups: [
      ...document.groups,
      { name: REFUSED_GROUP, deployments: [REFUSED_DEPLOYMENT, 'openai/gpt-6-luna'] },
    ],
  });
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-config-'));
  const path = join(folder, 'config.json');
  await writeFile(path, JSON.stringify(withFaults));
  return { path, remove: () => rm(folder, { recursive: true, force: true }) };
}
