import { readFile } from 'node:fs/promises';
import { type Catalogue, compileCatalogue } from '../../contracts/config/catalogue.ts';
import { configSchema } from '../../contracts/config/config.ts';
import { listPricesSchema } from '../../contracts/config/prices.ts';
import { withListPrices } from '../../contracts/config/with-list-prices.ts';
import { err, type Result } from '../../core/result.ts';
import { parseStrictJson } from '../http/parse-strict-json.ts';

const LIST_PRICES = new URL('../../../infra/config/list-prices.json', import.meta.url);

/**
 * Reads, checks and compiles a configuration file; deployments without a price get the list price of their model. The
 * error is one line that names the file and the field.
 */
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
  const list = listPricesSchema.parse(JSON.parse(await readFile(LIST_PRICES, 'utf8')));
  const catalogue = compileCatalogue(withListPrices(parsed.data, list));
  return catalogue.ok ? catalogue : err(`${path}: ${catalogue.error}`);
}
