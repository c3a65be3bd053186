/** A column of a table, and the width that its longest text needs. */
interface MeasuredColumn {
  readonly width: number;
  /** True for values that are cut first: texts, and nested values. */
  readonly isText: boolean;
}

/** A column that is shown, and the width to which its texts are cut. */
export interface ScreenColumn {
  /** Index of the column in the table, 0-based. */
  readonly index: number;
  readonly widthMax: number;
}

/** Width to which texts are cut before columns are left out. */
const textWidthMin = 16;
/** Spaces between two columns, and the mark of those that are left out. */
const gap = 2;
const markWidth = 1;

/**
 * Returns the columns that fit on a screen of a width: all of them where texts can be cut for it, else those that fit from
 * the left, with room for a mark after them; at least one.
 */
export function screenColumns(columns: readonly MeasuredColumn[], screenWidth: number): readonly ScreenColumn[] {
  const cutTo = (limit: number): readonly number[] =>
    columns.map(({ width, isText }) => (isText ? Math.min(width, limit) : width));
  let limit = Math.max(textWidthMin, ...columns.map(({ width }) => width));
  while (limit > textWidthMin && totalWidth(cutTo(limit)) > screenWidth) limit -= 1;
  const widths = cutTo(limit);
  const all = widths.map((widthMax, index) => ({ index, widthMax }));
  if (totalWidth(widths) <= screenWidth) return all;
  const fits = ({ index }: ScreenColumn): boolean =>
    totalWidth(widths.slice(0, index + 1)) + gap + markWidth <= screenWidth;
  const firstLeftOut = all.findIndex((column) => !fits(column));
  return all.slice(0, Math.max(1, firstLeftOut));
}

function totalWidth(widths: readonly number[]): number {
  return widths.reduce((total, width) => total + width + gap, -gap);
}
