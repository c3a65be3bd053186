import { isAnyNumber } from '../../../../server/src/base/typeClass.ts';
import { type Column } from '../../../../server/src/protocol/commands.ts';
import { numberText } from '../../numberStrings.ts';

/** Layout of a column: pixels from the left edge of the first column. */
export interface ColumnLayout {
  readonly left: number;
  readonly width: number;
  /** Numbers are right-aligned. */
  readonly numeric: boolean;
}

const padding = 20;
/** Room for the sort mark and the menu button in the head of a column, pixels. */
const headRoom = 52;
const widthMin = 72;
const widthMax = 360;

/**
 * Lays out adjacent columns after a column of row numbers. Each is as wide as the user chose, else as its name, its type
 * with its note, and its longest text so far, in characters by name, within limits.
 */
export function layOut(
  columns: readonly Column[],
  longest: ReadonlyMap<string, number>,
  {
    characterWidth,
    widths,
    numbersWidth,
    notes = {},
  }: {
    readonly characterWidth: number;
    readonly widths: Readonly<Record<string, number>>;
    readonly numbersWidth: number;
    /** Notes after the types of columns, by name. */
    readonly notes?: Readonly<Record<string, string>> | undefined;
  },
): readonly ColumnLayout[] {
  let left = numbersWidth;
  return columns.map(({ name, type }) => {
    const below = type.length + (notes[name]?.length ?? 0);
    const head = Math.max(name.length, Math.ceil(below * 0.85)) * characterWidth + headRoom;
    const content = (longest.get(name) ?? 0) * characterWidth + padding;
    const natural = Math.min(widthMax, Math.max(widthMin, content, head));
    const layout = { left, width: Math.round(widths[name] ?? natural), numeric: isAnyNumber(type) };
    left += layout.width;
    return layout;
  });
}

/** Width of the column of row numbers, for a number of rows. */
export function numbersWidth(rowCount: number, characterWidth: number): number {
  return Math.round(Math.max(3, numberText(rowCount).length) * characterWidth + 16);
}

/** Total width of all columns. */
export function totalWidth(layouts: readonly ColumnLayout[]): number {
  const last = layouts.at(-1);
  return last === undefined ? 0 : last.left + last.width;
}

/** The scroll position at which a column is visible, as near as possible to the present one; `first` is not pinned. */
export function leftOf(
  layout: ColumnLayout,
  first: ColumnLayout | undefined,
  { scrollLeft, clientWidth }: { readonly scrollLeft: number; readonly clientWidth: number },
): number {
  const rightmost = layout.left + layout.width - clientWidth;
  return Math.min(layout.left - (first?.left ?? 0), Math.max(scrollLeft, rightmost));
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

/** Indexes of the visible columns: the first `pinned`, which never scroll away, and those of the others in the window. */
export function visibleColumns(
  layouts: readonly ColumnLayout[],
  pinned: number,
  { left, width }: { readonly left: number; readonly width: number },
): readonly number[] {
  const scrolling = layouts.slice(pinned);
  const edge = scrolling[0]?.left ?? 0;
  const { start, end } = columnsIn(scrolling, left + edge, left + width);
  const indexes = (from: number, to: number): readonly number[] =>
    Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
  return [...indexes(0, pinned), ...indexes(pinned + start, pinned + end)];
}
