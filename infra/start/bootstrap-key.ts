import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeApiKey } from '../../shared/platform/auth/api-key.ts';

/**
 * The first API key: the one of SWITCHYARD_API_KEY, else one made at the first start and kept in the data folder, readable
 * by its owner only, so that the curl printed by a later start works too. The services store its hash alone.
 */
export async function bootstrapKey(dataDir: string, given: string | undefined): Promise<string> {
  if (given !== undefined && given !== '') return given;
  const path = join(dataDir, 'api-key');
  const kept = await readFile(path, 'utf8').catch(() => '');
  if (kept.trim() !== '') return kept.trim();
  const key = makeApiKey();
  await mkdir(dataDir, { recursive: true });
  await writeFile(path, `${key}\n`, { mode: 0o600 });
  await chmod(path, 0o600);
  return key;
}
