import type { Refusal } from '../wire.ts';

const MAX_DEPTH = 10;

/**
 * What OpenAI demands of a strict schema: every object closed, every property required. Only the places that a schema is
 * mostly made of are looked at: properties, items and definitions.
 */
export function refusalOfStrictSchema(
  schema: unknown,
  { name, param }: { name: string; param: string },
): Refusal | undefined {
  const problem = problemOf(schema, 0);
  return problem === undefined
    ? undefined
    : {
        message: `Invalid schema for ${param} '${name}': ${problem}`,
        code: 'invalid_json_schema',
        param,
      };
}

function problemOf(given: unknown, depth: number): string | undefined {
  if (given === undefined) return undefined;
  const schema = asRecord(given);
  if (depth > MAX_DEPTH) return `the schema is nested deeper than ${String(MAX_DEPTH)} levels.`;
  const properties = asRecord(schema['properties']);
  if (schema['type'] === 'object') {
    if (schema['additionalProperties'] !== false)
      return "'additionalProperties' is required to be supplied and to be false.";
    const required: unknown[] = Array.isArray(schema['required']) ? schema['required'] : [];
    const missing = Object.keys(properties).find((key) => !required.includes(key));
    if (missing !== undefined)
      return `'required' is required to be supplied and to be an array including every key in properties. Missing '${missing}'.`;
  }
  const inner = [
    ...Object.values(properties),
    ...Object.values(asRecord(schema['$defs'])),
    schema['items'],
  ];
  return inner.map((part) => problemOf(part, depth + 1)).find((found) => found !== undefined);
}

function asRecord(given: unknown): Readonly<Record<string, unknown>> {
  return typeof given === 'object' && given !== null && !Array.isArray(given)
    ? Object.fromEntries(Object.entries(given))
    : {};
}
