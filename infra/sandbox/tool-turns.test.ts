import { describe, expect, it } from 'vitest';
import { findBrokenTurn } from './tool-turns.ts';

const calls = (...ids: string[]) => ({ calls: ids, results: [] });
const results = (...ids: string[]) => ({ calls: [], results: ids });
const words = calls();

describe('the turns of a tool conversation', () => {
  it.each([
    ['results one by one', [words, calls('a', 'b'), results('b'), results('a'), words]],
    ['results together', [words, calls('a', 'b'), results('a', 'b'), calls('c'), results('c')]],
  ])('are whole with %s', (_what, turns) => {
    expect(findBrokenTurn(turns)).toBeUndefined();
  });

  it.each([
    ['a call without a result', [calls('a'), words], { kind: 'unanswered', ids: ['a'], index: 1 }],
    ['calls at the end', [calls('a', 'b')], { kind: 'unanswered', ids: ['a', 'b'], index: 1 }],
    [
      'one of two results',
      [calls('a', 'b'), results('b'), words],
      { kind: 'unanswered', ids: ['a'], index: 2 },
    ],
    ['a result without a call', [words, results('a')], { kind: 'orphan', ids: ['a'], index: 1 }],
    [
      'a result twice',
      [calls('a'), results('a'), results('a')],
      { kind: 'orphan', ids: ['a'], index: 2 },
    ],
  ])('are broken by %s', (_what, turns, expected) => {
    expect(findBrokenTurn(turns)).toEqual(expected);
  });
});
