import { describe, expect, it } from 'vitest';
import { readMistralReasoning, readMistralText } from './content.ts';

const TEXT = { type: 'text', text: 'Hi' };
const THINKING = { type: 'thinking', thinking: [{ type: 'text', text: 'Hm' }], closed: true };
const REFERENCE = { type: 'reference', reference_ids: [1] };

describe('readMistralText and readMistralReasoning', () => {
  it.each([
    ['a string', 'Hi', 'Hi', undefined],
    ['text parts around a reference', [TEXT, REFERENCE, TEXT], 'HiHi', undefined],
    ['thinking before text', [THINKING, TEXT], 'Hi', 'Hm'],
    ['thinking alone', [THINKING, THINKING], undefined, 'HmHm'],
    ['thinking with nothing in it', [{ type: 'thinking', thinking: [] }], undefined, undefined],
    ['an empty string', '', undefined, undefined],
    ['null', null, undefined, undefined],
  ])('read %s', (...[, content, text, reasoning]) => {
    expect(readMistralText({ content })).toBe(text);
    expect(readMistralReasoning({ content })).toBe(reasoning);
  });
});
