import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configSchema } from '../../shared/contracts/config/config.ts';

/** Short, so that an outage and its end fit into a test. */
const OPEN_MS = 1_000;
const SILENCE_MS = 700;

/**
 * Two providers on the sandbox. Each name of `pairs` is a group of two deployments, `cheap/<name>-1` first; each name of
 * `singles` is one deployment, `cheap/<name>`.
 */
export async function writeBreakerConfig(
  sandboxUrl: string,
  { pairs, singles }: { readonly pairs: readonly string[]; readonly singles: readonly string[] },
) {
  const document = configSchema.parse({
    providers: ['cheap', 'dear'].map((id) => ({
      id,
      kind: 'openai',
      baseUrl: `${sandboxUrl}/openai/v1`,
      breaker: { openMs: OPEN_MS },
      timeouts: { ttftMs: SILENCE_MS },
    })),
    deployments: [
      ...pairs.flatMap((name) => [
        deployment('cheap', `${name}-1`, 1),
        deployment('dear', `${name}-2`, 5),
      ]),
      ...singles.map((name) => deployment('cheap', name, 1)),
    ],
    groups: pairs.map((name) => ({
      name,
      deployments: [`cheap/${name}-1`, `dear/${name}-2`],
    })),
  });
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-config-'));
  const path = join(folder, 'config.json');
  await writeFile(path, JSON.stringify(document));
  return { path, remove: () => rm(folder, { recursive: true, force: true }) };
}

function deployment(provider: string, model: string, usd: number) {
  const prices = [{ from: '2026-01-01', input: usd, output: usd }];
  return { id: `${provider}/${model}`, provider, model, prices };
}
