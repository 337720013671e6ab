import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configSchema, type ProviderKind } from '../../shared/contracts/config/config.ts';

/** One deployment that answers with one replay. */
export interface ReplayedDeployment {
  readonly provider: string;
  readonly model: string;
  readonly kind: ProviderKind;
  readonly baseUrl: string;
  readonly stream: boolean;
}

export interface ConformanceConfig {
  readonly path: string;
  remove(): Promise<void>;
}

/** No test here is about the breaker, and error after error comes from these providers. */
const NEVER = { consecutiveFailures: 1_000_000, failureRatio: 1 };

/** A configuration with these deployments and their providers, in a folder of its own. */
export async function writeConformanceConfig(
  replayed: readonly ReplayedDeployment[],
): Promise<ConformanceConfig> {
  const providers = new Map(
    replayed.map(({ provider, kind, baseUrl }) => [
      provider,
      { id: provider, kind, baseUrl, breaker: NEVER },
    ]),
  );
  const document = configSchema.parse({
    providers: [...providers.values()],
    deployments: replayed.map(({ provider, model, stream }) => ({
      id: `${provider}/${model}`,
      provider,
      model,
      capabilities: [...(stream ? ['stream'] : []), 'tools', 'json', 'images', 'reasoning'],
      prices: [{ from: '2026-01-01', input: 1, output: 2 }],
    })),
  });
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-conformance-'));
  const path = join(folder, 'config.json');
  await writeFile(path, JSON.stringify(document));
  return { path, remove: () => rm(folder, { recursive: true, force: true }) };
}
