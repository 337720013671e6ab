import { describe, expect, it } from 'vitest';
import { topicWords, writeText } from './answer-text.ts';
import { randomFrom } from './random.ts';

describe('writeText', () => {
  it('begins with the mark of the sandbox and has exactly the words asked for', () => {
    const words = writeText({
      prompt: 'Solve this equation',
      random: randomFrom('01'),
      wordCount: 37,
      isExact: true,
    });

    expect(words).toHaveLength(37);
    expect(words.join('').match(/\S+/g)).toHaveLength(37);
    expect(words[0]).toBe('[sandbox]');
  });

  it('goes on to the end of a sentence when the number is not exact', () => {
    const texts = ['01', '02', '03', '04'].map((seed) =>
      writeText({
        prompt: 'Why are rivers winding?',
        random: randomFrom(seed),
        wordCount: 50,
        isExact: false,
      }).join(''),
    );

    for (const text of texts) expect(text).toMatch(/\.$/);
  });

  it('keeps the lines of a code block', () => {
    const words = writeText({
      prompt: 'Write a Python function that reverses lists',
      random: randomFrom('02'),
      wordCount: 60,
      isExact: true,
    });

    expect(words.join('')).toMatch(/\n```ts\n[^]+\n```\n\n/);
  });
});

describe('topicWords', () => {
  it('finds words in scripts without blanks', () => {
    const topics = topicWords('日本の新幹線はなぜ速いのですか');

    expect(topics).toEqual(['日本', '新幹線']);
  });
});
