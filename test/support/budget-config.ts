import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configSchema } from '../../shared/contracts/config/config.ts';

/** One sandbox provider with the model `priced/model`, and the budgets and limits given. */
export async function writeBudgetConfig(sandboxUrl: string, more: object) {
  const document = configSchema.parse({
    providers: [{ id: 'priced', kind: 'openai', baseUrl: `${sandboxUrl}/openai/v1` }],
    deployments: [
      {
        id: 'priced/model',
        provider: 'priced',
        model: 'model',
        prices: [{ from: '2026-01-01', input: 1, output: 2 }],
      },
    ],
    ...more,
  });
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-config-'));
  const path = join(folder, 'config.json');
  await writeFile(path, JSON.stringify(document));
  return { path, remove: () => rm(folder, { recursive: true, force: true }) };
}
