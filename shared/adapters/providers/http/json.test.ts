import { describe, expect, it } from 'vitest';
import { parseJson } from './json.ts';

describe('parseJson', () => {
  it.each([
    ['a value', '{"a":[1,"x"]}', { a: [1, 'x'] }],
    ['broken JSON', '{"a":', undefined],
    ['nothing', '', undefined],
  ])('reads %s', (_what, text, value) => {
    expect(parseJson(text)).toEqual(value);
  });

  it('takes what is nested too deep to be walked for broken', () => {
    expect(parseJson(nested(1_000))).toBeDefined();
    expect(parseJson(nested(1_001))).toBeUndefined();
    expect(parseJson(`{"x":"","y":${nested(300_000)}}`)).toBeUndefined();
  });

  it.each([
    ['brackets in a string', `["${'['.repeat(5_000)}"]`],
    ['brackets behind an escaped quote', `["\\"${'['.repeat(5_000)}"]`],
    ['brackets behind an escaped backslash', `["\\\\","${'{'.repeat(5_000)}"]`],
    ['many lists beside each other', `[${'[],'.repeat(5_000)}1]`],
  ])('does not take %s for nesting', (_what, text) => {
    expect(parseJson(text)).toEqual(JSON.parse(text));
  });
});

function nested(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}
