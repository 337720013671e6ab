import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configSchema } from '../../shared/contracts/config/config.ts';

/** A configuration of one sandbox provider with the limits given. Its one model is `limited/model`. */
export async function writeLimitedConfig(sandboxUrl: string, limits: object) {
  const document = configSchema.parse({
    providers: [{ id: 'limited', kind: 'openai', baseUrl: `${sandboxUrl}/openai/v1`, limits }],
    deployments: [
      {
        id: 'limited/model',
        provider: 'limited',
        model: 'model',
        prices: [{ from: '2026-01-01', input: 1, output: 2 }],
      },
    ],
  });
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-config-'));
  const path = join(folder, 'config.json');
  await writeFile(path, JSON.stringify(document));
  return { path, remove: () => rm(folder, { recursive: true, force: true }) };
}
