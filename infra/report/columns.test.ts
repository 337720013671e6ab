import { describe, expect, it } from 'vitest';
import { columnLine, titleLine } from './columns.ts';

const COLUMNS = [
  { title: 'target', width: 8, align: 'left' },
  { title: 'p50', width: 6, align: 'right' },
  { title: 'note', width: 4, align: 'left' },
] as const;

describe('columnLine', () => {
  it('puts words left and figures right', () => {
    const line = columnLine(COLUMNS, ['floor', '1.5', 'ok']);

    expect(line).toBe('floor        1.5  ok');
  });

  it('leaves no blanks at the end of a line', () => {
    const line = columnLine(COLUMNS, ['floor']);

    expect(line).toBe('floor');
  });

  it('prints a cell that is too wide whole', () => {
    const line = columnLine(COLUMNS, ['floor', '1234567.8', 'ok']);

    expect(line).toBe('floor     1234567.8  ok');
  });

  it('does not count colour codes', () => {
    const line = columnLine(COLUMNS, ['\u001B[31mfloor\u001B[39m', '1.5', 'ok']);

    expect(line).toBe('\u001B[31mfloor\u001B[39m        1.5  ok');
  });
});

describe('titleLine', () => {
  it('aligns titles as their columns', () => {
    const line = titleLine(COLUMNS);

    expect(line).toBe('target       p50  note');
  });
});
