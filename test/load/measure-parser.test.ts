import { expect, it } from 'vitest';
import { measureParser } from './measure-parser.ts';
import { PARSER_FORMATS } from './parser-formats.ts';

it('measures every format, each read to its end by both parsers', () => {
  const figures = measureParser(1);

  expect(figures.map(({ format }) => format)).toEqual(PARSER_FORMATS.map(({ name }) => name));
  expect(figures.every(({ ours, bare }) => ours > 0 && bare > 0)).toBe(true);
});
