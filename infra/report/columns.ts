import { stripVTControlCharacters } from 'node:util';

/** One column of a table for people. Widths are fixed, so that a row can be printed before the next one is known. */
export interface Column {
  readonly title: string;
  readonly width: number;
  readonly align: 'left' | 'right';
}

const GAP = '  ';

/** The line of titles. */
export function titleLine(columns: readonly Column[]): string {
  return columnLine(
    columns,
    columns.map((column) => column.title),
  );
}

/**
 * One row. A cell that is too wide is printed whole: a crooked line is better than a wrong figure. Colour codes do not
 * count. Missing cells are blank.
 */
export function columnLine(columns: readonly Column[], cells: readonly string[]): string {
  const padded = columns.map(({ width, align }, index) => {
    const cell = cells[index] ?? '';
    const room = ' '.repeat(Math.max(0, width - stripVTControlCharacters(cell).length));
    return align === 'left' ? cell + room : room + cell;
  });
  return padded.join(GAP).trimEnd();
}
