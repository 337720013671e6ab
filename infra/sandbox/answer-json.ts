import { topicWords } from './answer-text.ts';
import { pick, type Random, randomInteger } from './random.ts';

/** Below this depth optional fields are left out and lists are as short as allowed: recursive schemas come to an end. */
const FULL_DEPTH = 4;
const MAX_DEPTH = 24;
const MAX_ITEMS = 64;
const MAX_NODES = 5_000;

/** Words with a capital letter inside a sentence; at its start any word has one. */
const NAME = /(?<=[\p{Ll}\p{N},;] )\p{Lu}[\p{L}'-]+(?: \p{Lu}[\p{L}'-]+)*/gu;
const NAME_FIELDS =
  /name|person|people|author|customer|company|organi[sz]ation|city|location|place|country|site|^from$|^to$/i;

export interface JsonSource {
  readonly prompt: string;
  readonly random: Random;
  /** Stands before free strings, so that a reader sees that no model wrote them. Empty: nothing. */
  readonly mark: string;
}

interface Walk extends JsonSource {
  readonly root: Schema;
  readonly topics: readonly string[];
  readonly names: readonly string[];
  readonly numbers: readonly number[];
  /** Counts down over the whole value: a schema can double at each level. */
  readonly nodes: { left: number };
  /** Names and numbers of the prompt are used in their order, as they mostly stand in it. */
  readonly turn: { next: number };
}

/** Where a value stands: the name of the field it belongs to, and how deep. */
interface Place {
  readonly key: string;
  readonly depth: number;
}

type Schema = Readonly<Record<string, unknown>>;

/**
 * A value that fits a JSON Schema (or Gemini's upper-case subset), made from the prompt's own words and numbers.
 * Known: type, enum, const, $ref, allOf, anyOf, oneOf, properties, required, items, prefixItems, min/max of numbers,
 * lengths and lists, multipleOf, and the usual string formats. Not known: pattern, not, if, dependencies.
 */
export function jsonForSchema(schema: unknown, source: JsonSource): unknown {
  const root = asSchema(schema);
  const names = source.prompt.match(NAME) ?? [];
  const numbers = source.prompt.match(/\d+(?:\.\d+)?/g) ?? [];
  const walk: Walk = {
    ...source,
    root,
    topics: topicWords(source.prompt),
    names: names.slice(0, 32),
    numbers: numbers.slice(0, 32).map(Number),
    nodes: { left: MAX_NODES },
    turn: { next: 0 },
  };
  return value(root, { key: '', depth: 0 }, walk);
}

/** What `json` without a schema gets: a small object about the prompt. */
export const ANY_OBJECT_SCHEMA: Schema = {
  type: 'object',
  properties: {
    summary: { type: 'string' },
    topics: { type: 'array', items: { type: 'string' }, minItems: 2 },
    confidence: { type: 'number', minimum: 0, maximum: 1 },
  },
  required: ['summary', 'topics', 'confidence'],
};

function value(given: Schema, place: Place, walk: Walk): unknown {
  walk.nodes.left -= 1;
  if (place.depth > MAX_DEPTH || walk.nodes.left < 0) return null;
  const schema = resolve(given, walk, 0);
  if ('const' in schema) return schema['const'];
  const choices = asList(schema['enum']);
  if (choices.length > 0) return pick(walk.random, choices, null);
  switch (typeOf(schema)) {
    case 'object':
      return objectValue(schema, place.depth, walk);
    case 'array':
      return arrayValue(schema, place, walk);
    case 'integer':
      return numberValue(schema, walk, true);
    case 'number':
      return numberValue(schema, walk, false);
    case 'boolean':
      return walk.random() < 0.5;
    case 'null':
      return null;
    default:
      return stringValue(schema, place.key, walk);
  }
}

/** Follows references and merges `allOf`; of `anyOf` and `oneOf` takes the first that is not null. */
function resolve(schema: Schema, walk: Walk, hops: number): Schema {
  if (hops > MAX_DEPTH) return {};
  const reference = schema['$ref'];
  if (typeof reference === 'string') return resolve(lookUp(reference, walk.root), walk, hops + 1);
  const parts = asList(schema['allOf']).map((part) => resolve(asSchema(part), walk, hops + 1));
  const merged = parts.length === 0 ? schema : mergeSchemas([schema, ...parts]);
  const options = [...asList(merged['anyOf']), ...asList(merged['oneOf'])].map(asSchema);
  const chosen = options.find((option) => typeOf(option) !== 'null') ?? options[0];
  return chosen === undefined ? merged : mergeSchemas([merged, resolve(chosen, walk, hops + 1)]);
}

function mergeSchemas(parts: readonly Schema[]): Schema {
  const merged: Record<string, unknown> = {};
  for (const part of parts) Object.assign(merged, part);
  merged['properties'] = Object.assign({}, ...parts.map((part) => asSchema(part['properties'])));
  merged['required'] = parts.flatMap((part) => asList(part['required']));
  return merged;
}

function lookUp(reference: string, root: Schema): Schema {
  let found: unknown = root;
  for (const step of reference.replace(/^#\/?/, '').split('/')) {
    if (step === '') continue;
    found = asSchema(found)[step.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return asSchema(found);
}

function typeOf(schema: Schema): string {
  const stated = schema['type'];
  const types = (Array.isArray(stated) ? stated : [stated]).filter(
    (type) => typeof type === 'string',
  );
  const first = types.map((type) => type.toLowerCase()).find((type) => type !== 'null') ?? types[0];
  if (first !== undefined) return first.toLowerCase();
  if (Object.keys(asSchema(schema['properties'])).length > 0) return 'object';
  return 'items' in schema ? 'array' : 'string';
}

function objectValue(schema: Schema, depth: number, walk: Walk): Record<string, unknown> {
  const required = new Set(asList(schema['required']));
  const made: [string, unknown][] = [];
  for (const [name, property] of Object.entries(asSchema(schema['properties']))) {
    if (depth >= FULL_DEPTH && !required.has(name)) continue;
    made.push([name, value(asSchema(property), { key: name, depth: depth + 1 }, walk)]);
  }
  return Object.fromEntries(made);
}

function arrayValue(schema: Schema, { key, depth }: Place, walk: Walk): unknown[] {
  const fixed = asList(schema['prefixItems']).map((item) =>
    value(asSchema(item), { key, depth: depth + 1 }, walk),
  );
  const low = numberOr(schema['minItems'], fixed.length);
  const high = numberOr(schema['maxItems'], Math.max(low, 3));
  const wanted =
    depth >= FULL_DEPTH
      ? low
      : randomInteger(
          walk.random,
          Math.max(low, Math.min(2, high)),
          Math.min(high, Math.max(low, 3)),
        );
  const items = asSchema(schema['items']);
  const made = [...fixed];
  while (made.length < Math.min(wanted, MAX_ITEMS) && schema['items'] !== false) {
    made.push(value(items, { key: key.replace(/s$/, ''), depth: depth + 1 }, walk));
  }
  return made;
}

function numberValue(schema: Schema, walk: Walk, isInteger: boolean): number {
  const step = numberOr(schema['multipleOf'], isInteger ? 1 : 0.01);
  const below = numberOr(schema['exclusiveMinimum'], Number.NEGATIVE_INFINITY);
  const above = numberOr(schema['exclusiveMaximum'], Number.POSITIVE_INFINITY);
  const low = Math.max(numberOr(schema['minimum'], Number.NEGATIVE_INFINITY), below + step);
  const high = Math.min(numberOr(schema['maximum'], Number.POSITIVE_INFINITY), above - step);
  const fits = (found: number): boolean =>
    found >= low && found <= high && Number.isInteger(Number((found / step).toFixed(6)));
  const fromPrompt = walk.numbers.filter(fits);
  if (fromPrompt.length > 0) return inTurn(fromPrompt, walk, low);
  const start = Number.isFinite(low) ? low : Math.min(0, high);
  const end = Number.isFinite(high) ? high : start + 100;
  const steps = Math.max(0, Math.floor((end - start) / step + 1e-9));
  const first = Math.ceil(start / step - 1e-9) * step;
  return Number(
    Math.min(end, first + randomInteger(walk.random, 0, Math.min(steps, 10_000)) * step).toFixed(6),
  );
}

const FORMATS: Readonly<Record<string, string>> = {
  date: '2026-11-22',
  'date-time': '2026-11-22T10:00:00Z',
  time: '10:00:00Z',
  duration: 'P1D',
  email: 'sandbox@example.com',
  uri: 'https://example.com/sandbox',
  url: 'https://example.com/sandbox',
  hostname: 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uuid: '00000000-0000-4000-8000-000000000000',
};

function stringValue(schema: Schema, key: string, walk: Walk): string {
  const format = schema['format'];
  const byFormat = typeof format === 'string' ? FORMATS[format] : undefined;
  if (byFormat !== undefined) return byFormat;
  const byName = /date|day$/i.test(key) ? '2026-11-22' : undefined;
  const text = byName ?? freeString(key, walk);
  const low = numberOr(schema['minLength'], 0);
  const high = numberOr(schema['maxLength'], 4_000);
  return Array.from(text.padEnd(low, ' -')).slice(0, Math.max(low, high)).join('');
}

function freeString(key: string, walk: Walk): string {
  const words =
    NAME_FIELDS.test(key) && walk.names.length > 0 ? [inTurn(walk.names, walk, key)] : phrase(walk);
  return [walk.mark, ...words].filter((word) => word !== '').join(' ') || 'text';
}

function inTurn<T>(values: readonly T[], walk: Walk, fallback: T): T {
  const index = walk.turn.next % values.length;
  walk.turn.next += 1;
  return values[index] ?? fallback;
}

function phrase(walk: Walk): string[] {
  if (walk.topics.length === 0) return ['text'];
  const first = randomInteger(walk.random, 0, walk.topics.length - 1);
  return walk.topics.slice(first, first + 3);
}

function asSchema(given: unknown): Schema {
  return typeof given === 'object' && given !== null && !Array.isArray(given)
    ? Object.fromEntries(Object.entries(given))
    : {};
}

function asList(given: unknown): readonly unknown[] {
  return Array.isArray(given) ? given : [];
}

function numberOr(given: unknown, fallback: number): number {
  const parsed = typeof given === 'string' && given !== '' ? Number(given) : given;
  return typeof parsed === 'number' && Number.isFinite(parsed) ? parsed : fallback;
}
