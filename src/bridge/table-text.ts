// A table as lines of plain text, its columns one under the other. Knows widths; not what is in the cells.

/** The first row is the head. */
export type Table = readonly (readonly string[])[];

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });
const GAP = '  ';

/** One line for each row. */
export function tableText(table: Table): string {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => widthOf(row[column] ?? ''))));
  const lineOf = (row: readonly string[]): string =>
    widths.map((width, column) => pad(row[column] ?? '', width)).join(GAP);
  return table.map((row) => lineOf(row).trimEnd()).join('\n');
}

function pad(cell: string, width: number): string {
  return cell + ' '.repeat(width - widthOf(cell));
}

/** In characters as people count them. */
function widthOf(cell: string): number {
  // nearly all cells are plain
  return /^[ -~]*$/.test(cell) ? cell.length : [...GRAPHEMES.segment(cell)].length;
}
