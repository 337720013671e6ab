import { expect, it } from 'vitest';
import { estimateTokens } from './usage.ts';

it.each([
  [0, 0],
  [1, 1],
  [4, 1],
  [5, 2],
  [400, 100],
])('estimates %i characters at %i tokens, rounded up', (characters, tokens) => {
  expect(estimateTokens(characters)).toBe(tokens);
});
