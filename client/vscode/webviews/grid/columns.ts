import { type ColumnInfo, type RowsInfo } from '../../../../server/src/protocol/commands.ts';

/** Layout of a column: pixels from the left edge of the first column. */
export interface ColumnLayout {
  readonly left: number;
  readonly width: number;
  /** Numbers are right-aligned. */
  readonly numeric: boolean;
}

const padding = 20;
const widthMin = 60;
const widthMax = 360;

/** True for DuckDB's number types. */
export function isNumeric(type: string): boolean {
  return /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(.*\)|VARINT|BIGNUM)$/.test(type);
}

/** Lays out adjacent columns, each as wide as its name, its type and the longest of the first rows, within limits. */
export function layOut(
  columns: readonly ColumnInfo[],
  first: RowsInfo['columns'],
  characterWidth: number,
): readonly ColumnLayout[] {
  let left = 0;
  return columns.map(({ name, type }, index) => {
    const longest = Math.max(...(first[index] ?? []).map((text) => text?.length ?? 4), 0);
    const characters = Math.max(longest, name.length, Math.ceil(type.length * 0.85));
    const width = Math.round(Math.min(widthMax, Math.max(widthMin, characters * characterWidth + padding)));
    const layout = { left, width, numeric: isNumeric(type) };
    left += width;
    return layout;
  });
}

/** Total width of all columns. */
export function totalWidth(layouts: readonly ColumnLayout[]): number {
  const last = layouts.at(-1);
  return last === undefined ? 0 : last.left + last.width;
}

/** Columns visible between two edges, 0-based, end exclusive. */
export function columnsIn(
  layouts: readonly ColumnLayout[],
  left: number,
  right: number,
): { readonly start: number; readonly end: number } {
  const start = layouts.findIndex((layout) => layout.left + layout.width > left);
  const beyond = layouts.findIndex((layout) => layout.left >= right);
  return { start: Math.max(0, start), end: beyond === -1 ? layouts.length : beyond };
}
