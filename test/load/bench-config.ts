import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { configSchema } from '../../shared/contracts/config/config.ts';

/** Writes a configuration with one provider, the bench's upstream, and one deployment on it. Answers its path. */
export async function writeBenchConfig(folder: string, upstreamUrl: string): Promise<string> {
  const document = configSchema.parse({
    providers: [
      {
        id: 'upstream',
        kind: 'openai-compatible',
        baseUrl: upstreamUrl,
        limits: { concurrency: 2_000 },
      },
    ],
    deployments: [
      {
        id: 'bench',
        provider: 'upstream',
        model: 'bench',
        prices: [{ from: '2026-01-01', input: 0.1, output: 0.5 }],
      },
    ],
  });
  const path = join(folder, 'config.json');
  await writeFile(path, JSON.stringify(document));
  return path;
}
