import { describe, expect, it } from 'vitest';
import { refusalOfStrictSchema } from './strict-schema.ts';

const closed = (properties: object, required: readonly string[]) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

describe('a strict schema', () => {
  it('may be made of closed objects whose properties are all required', () => {
    const schema = closed({ list: { type: 'array', items: closed({}, []) } }, ['list']);

    expect(refusalOfStrictSchema(schema, { name: 's', param: 'p' })).toBeUndefined();
  });

  it.each([
    ['an open object', { type: 'object', properties: {} }, 'additionalProperties'],
    ['an optional property', closed({ a: { type: 'string' } }, []), "Missing 'a'"],
    [
      'an open object inside a list',
      closed({ list: { type: 'array', items: { type: 'object' } } }, ['list']),
      'additionalProperties',
    ],
  ])('is refused for %s', (_what, schema, word) => {
    const refusal = refusalOfStrictSchema(schema, { name: 's', param: 'p' });

    expect(refusal?.message).toContain(word);
  });
});
