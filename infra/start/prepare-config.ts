import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ConfigDocument, configSchema } from '../../shared/contracts/config/config.ts';
import { type Environment, resolveProviders } from '../config/resolve-providers.ts';

const DEFAULT_CONFIG = new URL('../config/default.json', import.meta.url);

/** The document that a start without SWITCHYARD_CONFIG uses. */
export async function readDefaultConfig(): Promise<ConfigDocument> {
  return configSchema.parse(JSON.parse(await readFile(DEFAULT_CONFIG, 'utf8')));
}

/** Whether the default configuration has no provider that this environment can call. */
export function isSandboxNeeded(document: ConfigDocument, env: Environment): boolean {
  return resolveProviders(document, env, '').mode === 'sandbox';
}

/** Writes the document as this start resolves it, for the services and for people to read. Answers its path. */
export async function prepareConfig(
  document: ConfigDocument,
  { env, sandboxUrl, dataDir }: { env: Environment; sandboxUrl: string; dataDir: string },
): Promise<string> {
  const resolved = resolveProviders(document, env, sandboxUrl);
  await mkdir(dataDir, { recursive: true });
  const path = join(dataDir, 'config.json');
  await writeFile(path, `${JSON.stringify(resolved.document, undefined, 2)}\n`);
  return path;
}
