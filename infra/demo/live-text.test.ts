import { describe, expect, it } from 'vitest';
import { LiveText } from './live-text.ts';
import { Screen } from './screen.ts';

describe('LiveText', () => {
  it('loses no word and keeps every line within 100 columns', () => {
    const { text, printed } = liveText(false);
    const words = Array.from({ length: 200 }, (_, index) => `word${String(index)}`);

    for (const word of words) text.add(`${word} `);
    text.end();

    const lines = printed().split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(printed().match(/word\d+/g)).toEqual(words);
  });

  it('keeps a word that is longer than a line', () => {
    const { text, printed } = liveText(false);
    const word = 'x'.repeat(300);

    text.add(`short ${word} short`);

    expect(printed()).toContain(word);
  });

  it('starts a line of its own after a note', () => {
    const { text, printed } = liveText(false);

    text.add('half of ');
    text.note('killed');
    text.add('all of it');
    text.end();

    expect(printed()).toBe('  │ half of \nkilled\n  │ all of it\n');
  });

  it('goes back over text and notes to cross the text out on a terminal', () => {
    const { text, printed } = liveText(true);

    text.add('half of ');
    text.note('killed');
    text.crossOut();

    expect(printed()).toContain('\u001B[2A');
    expect(printed().endsWith('\u001B[1B')).toBe(true);
  });

  it('moves no cursor where there is no terminal', () => {
    const { text, printed } = liveText(false);

    text.add('half of ');
    text.crossOut();

    expect(printed()).toBe('  │ half of \n');
  });
});

function liveText(isTTY: boolean) {
  let printed = '';
  const out = {
    isTTY,
    write: (text: string) => {
      printed += text;
      return true;
    },
  };
  return { text: new LiveText(new Screen(out)), printed: () => printed };
}
