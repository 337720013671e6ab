import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProblemCode } from '../../contracts/http/problem.ts';
import { parseStrictJson } from './parse-strict-json.ts';

describe('parseStrictJson', () => {
  it.each<[string, string, ProblemCode]>([
    ['the same key twice', '{"a":1,"a":2}', 'duplicate_key'],
    ['the same key twice, once escaped', '{"model":1,"m\\u006fdel":2}', 'duplicate_key'],
    ['the same key twice deep inside', '[{"x":{"a":1,"b":[],"a":2}}]', 'duplicate_key'],
    ['the same key twice with an object between', '{"a":{"b":1},"a":2}', 'duplicate_key'],
    ['the empty key twice', '{"":1,"":2}', 'duplicate_key'],
    ['__proto__ as a key', '{"__proto__":{"admin":true}}', 'invalid_request'],
    ['__proto__ as an escaped key', '{"\\u005f_proto__":1}', 'invalid_request'],
    ['65 levels of arrays', '['.repeat(65) + ']'.repeat(65), 'too_deep'],
    ['65 levels of objects', `${'{"a":'.repeat(65)}1${'}'.repeat(65)}`, 'too_deep'],
    ['a million open brackets', '['.repeat(1_000_000), 'too_deep'],
    ['something after the value', '{} {}', 'invalid_json'],
    ['a trailing comma', '{"a":1,}', 'invalid_json'],
    ['nothing', '', 'invalid_json'],
    ['an open string', '{"a', 'invalid_json'],
    ['a string that ends in an escape', '"a\\', 'invalid_json'],
    ['a key that is no JSON string', '{"\\x":1}', 'invalid_json'],
    ['NaN', '{"a":NaN}', 'invalid_json'],
    ['a single quote', "{'a':1}", 'invalid_json'],
  ])('refuses %s', (_what, text, code) => {
    const parsed = parseStrictJson(Buffer.from(text));

    expect(parsed).toMatchObject({ ok: false, error: { code } });
  });

  it.each([
    ['a lone continuation byte', [0x22, 0x80, 0x22]],
    ['a cut character', [0x22, 0xe2, 0x82, 0x22]],
    ['an encoded surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22]],
  ])('refuses invalid UTF-8: %s', (_what, bytes) => {
    const parsed = parseStrictJson(Uint8Array.from(bytes));

    expect(parsed).toMatchObject({ ok: false, error: { code: 'invalid_json' } });
  });

  it.each([
    ['64 levels', '['.repeat(64) + ']'.repeat(64)],
    ['the same key in two objects', '[{"a":1},{"a":1},{"b":{"a":2},"a":3}]'],
    ['a key that a string value repeats', '{"a":"a","b":["a","b"]}'],
    ['brackets and commas inside strings', `{"a":"{[,\\"${'['.repeat(100)}","b":1}`],
    ['__proto__ as a value', '["__proto__",{"a":"__proto__"}]'],
    ['a scalar', ' 1e3 '],
  ])('takes %s', (_what, text) => {
    const value: unknown = JSON.parse(text);

    expect(parseStrictJson(Buffer.from(text))).toEqual({ ok: true, value });
  });

  it('reads every JSON value as JSON.parse does, however it is spaced', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), fc.constantFrom(0, 1, '\t'), (value, space) => {
        const text = JSON.stringify(value, null, space);
        fc.pre(!text.includes('__proto__'));

        const parsed = parseStrictJson(Buffer.from(text));

        const expected: unknown = JSON.parse(text);
        expect(parsed).toEqual({ ok: true, value: expected });
      }),
    );
  });

  it('finds a repeated key wherever it stands and however it is escaped', () => {
    fc.assert(
      fc.property(anyObject, fc.nat(), fc.boolean(), (object, at, isEscaped) => {
        const keys = Object.keys(object).filter((key) => key !== '__proto__');
        fc.pre(keys.length > 0);
        const key = keys[at % keys.length] ?? '';
        const twin = isEscaped ? escapeAll(key) : JSON.stringify(key);
        const text = `${JSON.stringify(object).slice(0, -1)},${twin}:0}`;

        const parsed = parseStrictJson(Buffer.from(`[${text}]`));

        expect(parsed).toMatchObject({ ok: false, error: { code: 'duplicate_key' } });
      }),
    );
  });

  it('agrees with JSON.parse on what is JSON at all, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:\\ a1u0'.split('')) }), (text) => {
        const parsed = parseStrictJson(Buffer.from(text));

        expect(parsed.ok || parsed.error.code !== 'invalid_json').toBe(isJson(text));
      }),
      { numRuns: 500 },
    );
  });
});

const anyObject = fc
  .dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { minKeys: 1, maxKeys: 5 })
  .filter((object) => !JSON.stringify(object).includes('__proto__'));

function escapeAll(key: string): string {
  const units = Array.from({ length: key.length }, (_, index) => key.charCodeAt(index));
  return `"${units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')}"`;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // JSON.parse has no other way to say no.
    return false;
  }
}
