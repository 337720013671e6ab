import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { configSchema } from '../../shared/contracts/config/config.ts';

/** The configuration document as JSON Schema, for editors and other languages. Fields with a default are optional in it. */
export function configJsonSchema(): Record<string, unknown> {
  return { title: 'Switchyard configuration', ...z.toJSONSchema(configSchema, { io: 'input' }) };
}

// `node infra/config/write-schema.ts`, after a change of the contract.
if (import.meta.main) {
  const file = new URL('switchyard.schema.json', import.meta.url);
  await writeFile(file, `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
}
