import { readFile } from 'node:fs/promises';
import { type Catalogue, compileCatalogue } from '../../contracts/config/catalogue.ts';
import { configSchema } from '../../contracts/config/config.ts';
import { err, type Result } from '../../core/result.ts';
import { parseStrictJson } from '../http/parse-strict-json.ts';

/** Reads, checks and compiles a configuration file. The error is one line that names the file and the field. */
export async function loadConfig(path: string): Promise<Result<Catalogue, string>> {
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes === undefined) return err(`${path}: cannot be read`);
  const json = parseStrictJson(bytes);
  if (!json.ok) return err(`${path}: ${json.error.detail ?? json.error.title}`);
  const parsed = configSchema.safeParse(json.value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return err(`${path}: ${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? ''}`);
  }
  const catalogue = compileCatalogue(parsed.data);
  return catalogue.ok ? catalogue : err(`${path}: ${catalogue.error}`);
}
