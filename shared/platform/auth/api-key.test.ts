import { describe, expect, it } from 'vitest';
import { digestSecret, isPlausibleApiKey, MAX_KEY_LENGTH, makeApiKey } from './api-key.ts';

describe('makeApiKey', () => {
  it('makes keys of one form that are different and plausible', () => {
    const keys = Array.from({ length: 200 }, makeApiKey);

    expect(new Set(keys).size).toBe(200);
    expect(keys.filter((key) => !/^sy_live_[0-9A-Za-z]{36}$/.test(key))).toEqual([]);
    expect(keys.filter((key) => !isPlausibleApiKey(key))).toEqual([]);
  });
});

describe('isPlausibleApiKey', () => {
  const key = makeApiKey();

  it('refuses a key of ours with any one character mistyped', () => {
    const mistyped = Array.from({ length: 36 }, (_, index) => {
      const at = 'sy_live_'.length + index;
      return key.slice(0, at) + (key[at] === 'x' ? 'y' : 'x') + key.slice(at + 1);
    });

    expect(mistyped.filter(isPlausibleApiKey)).toEqual([]);
  });

  it.each([
    ['a short key of ours', key.slice(0, -1)],
    ['a long key of ours', `${key}0`],
    ['something too short to be a secret', 'x'.repeat(15)],
    ['something longer than any key', 'x'.repeat(MAX_KEY_LENGTH + 1)],
    ['a space', 'an operator key with'],
    ['a character beyond ASCII', `${'x'.repeat(20)}é`],
    ['a line break', `${'x'.repeat(20)}\n`],
  ])('refuses %s', (_what, value) => {
    expect(isPlausibleApiKey(value)).toBe(false);
  });

  it.each(['x'.repeat(16), 'x'.repeat(MAX_KEY_LENGTH), 'a-long.operator_key:1'])(
    'looks up an operator’s own key of any form: %s',
    (value) => {
      expect(isPlausibleApiKey(value)).toBe(true);
    },
  );
});

describe('digestSecret', () => {
  it('is the SHA-256 of the secret in hex', () => {
    expect(digestSecret('abc')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });
});
