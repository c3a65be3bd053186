/** A cell by row and column, 0-based. */
export interface Cell {
  readonly row: number;
  readonly column: number;
}

/** Selection: the rectangle between the cell where it began and the one that moves. */
export interface Selection {
  readonly anchor: Cell;
  readonly focus: Cell;
}

/** A rectangle of cells, 0-based, ends exclusive. */
interface CellRange {
  readonly rowStart: number;
  readonly rowEnd: number;
  readonly columnStart: number;
  readonly columnEnd: number;
}

/** Number of rows and columns, and of rows per page. */
interface Size {
  readonly rows: number;
  readonly columns: number;
  readonly pageRows: number;
}

/** A key as the browser names it, with the relevant modifiers. `control` is Command on a Mac. */
export interface Key {
  readonly key: string;
  readonly shift: boolean;
  readonly control: boolean;
}

/** Selected rectangle. */
export function selectedRange({ anchor, focus }: Selection): CellRange {
  return {
    rowStart: Math.min(anchor.row, focus.row),
    rowEnd: Math.max(anchor.row, focus.row) + 1,
    columnStart: Math.min(anchor.column, focus.column),
    columnEnd: Math.max(anchor.column, focus.column) + 1,
  };
}

/** True for a cell in the selected rectangle. */
export function isSelected(selection: Selection, { row, column }: Cell): boolean {
  const { rowStart, rowEnd, columnStart, columnEnd } = selectedRange(selection);
  return row >= rowStart && row < rowEnd && column >= columnStart && column < columnEnd;
}

/** The selected columns in all rows. */
export function wholeColumns({ anchor, focus }: Selection, { rows }: Pick<Size, 'rows'>): Selection {
  return { anchor: { row: 0, column: anchor.column }, focus: { row: Math.max(0, rows - 1), column: focus.column } };
}

/** The selected rows in all columns. */
function wholeRows({ anchor, focus }: Selection, { columns }: Pick<Size, 'columns'>): Selection {
  return { anchor: { row: anchor.row, column: 0 }, focus: { row: focus.row, column: columns - 1 } };
}

/** The selection in other rows: one from the first row on stays, any other becomes its columns of the first row. */
export function fromStart(selection: Selection): Selection {
  const { anchor, focus } = selection;
  if (Math.min(anchor.row, focus.row) === 0) return selection;
  return { anchor: { ...anchor, row: 0 }, focus: { ...focus, row: 0 } };
}

/** True for a key that selects whole rows or columns: the table stays where it is. */
export function selectsWhole({ key, shift, control }: Key): boolean {
  return key === ' ' ? shift !== control : control && key.toLowerCase() === 'a';
}

/** Selection after a key press; undefined when the key does not move it. */
export function moved(selection: Selection, { key, shift, control }: Key, size: Size): Selection | undefined {
  if (size.rows === 0 || size.columns === 0) return undefined;
  if (selectsWhole({ key, shift, control })) {
    if (key !== ' ') return wholeColumns(wholeRows(selection, size), size);
    return shift ? wholeRows(selection, size) : wholeColumns(selection, size);
  }
  const to = target(selection.focus, key, control, size);
  if (to === undefined) return undefined;
  const focus = { row: clamp(to.row, size.rows), column: clamp(to.column, size.columns) };
  return { anchor: shift ? selection.anchor : focus, focus };
}

/** A selection within a table of a size. */
export function within({ anchor, focus }: Selection, size: Pick<Size, 'rows' | 'columns'>): Selection {
  const fit = ({ row, column }: Cell): Cell => ({ row: clamp(row, size.rows), column: clamp(column, size.columns) });
  return { anchor: fit(anchor), focus: fit(focus) };
}

function target({ row, column }: Cell, key: string, control: boolean, size: Size): Cell | undefined {
  switch (key) {
    case 'ArrowUp':
      return { row: control ? 0 : row - 1, column };
    case 'ArrowDown':
      return { row: control ? size.rows - 1 : row + 1, column };
    case 'ArrowLeft':
      return { row, column: control ? 0 : column - 1 };
    case 'ArrowRight':
      return { row, column: control ? size.columns - 1 : column + 1 };
    case 'PageUp':
      return { row: row - size.pageRows, column };
    case 'PageDown':
      return { row: row + size.pageRows, column };
    case 'Home':
      return { row: control ? 0 : row, column: 0 };
    case 'End':
      return { row: control ? size.rows - 1 : row, column: size.columns - 1 };
    default:
      return undefined;
  }
}

function clamp(index: number, count: number): number {
  return Math.min(Math.max(0, index), Math.max(0, count - 1));
}
