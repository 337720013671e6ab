import { describe, expect, it } from 'vitest';
import { isSeal, isSealOf, seal } from './seal.ts';

describe('a seal', () => {
  it('fits the content that it was made for, and no other', () => {
    const made = seal('thought');

    expect(isSealOf(made, 'thought')).toBe(true);
    expect(isSealOf(made, 'thought.')).toBe(false);
  });

  it('is told from a text that the sandbox did not make', () => {
    const made = seal('thought');
    const altered = `${made.startsWith('A') ? 'B' : 'A'}${made.slice(1)}`;

    expect(isSeal(made)).toBe(true);
    expect([altered, made.slice(0, -1), `${made}A`, ''].map(isSeal)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  it('is base64 without padding, as signatures and encrypted texts are', () => {
    expect(seal('thought')).toMatch(/^[A-Za-z0-9+/]{64}$/);
  });
});
