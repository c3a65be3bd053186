import { type Column } from '../../../../server/src/protocol/commands.ts';
import { type ColumnLayout } from './columns.ts';
import { type CellText, changeSigns, type DiffView } from './diff/diffView.ts';
import { element } from './element.ts';
import { type CellMark } from './rowEdits.ts';
import { type Cell, isSelected, type Selection } from './selection.ts';
import { timeElements } from './timeElements.ts';
import { isSeconds } from './times.ts';
import { numberText } from '../../numberStrings.ts';

/** Rows to draw. */
export interface DrawnRows {
  readonly start: number;
  readonly end: number;
  readonly columns: readonly Column[];
  /** Indexes of the visible columns. */
  readonly visible: readonly number[];
  /** Number of pinned columns, which are the first ones. */
  readonly pinned: number;
  /** Pixels by which the other columns are scrolled. */
  readonly left: number;
  readonly layouts: readonly ColumnLayout[];
  readonly selection: Selection;
  readonly rows: {
    /** Text of a cell: null for NULL, undefined for one that is not loaded. */
    cell(row: number, column: number): string | null | undefined;
    /** Changes of a cell by edits; undefined without any. */
    mark(row: number, column: number): CellMark | undefined;
  };
  /** Set for the differences of tables. */
  readonly diff: DiffView | undefined;
}

/** Returns the elements of rows. */
export function drawRows(drawn: DrawnRows): readonly HTMLElement[] {
  const rows: HTMLElement[] = [];
  for (let row = drawn.start; row < drawn.end; row++) {
    const text: CellText = (at, column) => drawn.rows.cell(at, column);
    const kind = drawn.diff?.kind(row, text);
    const cells = drawn.visible.map((column) => {
      const shown = text(row, column);
      const made = cell(drawn, { row, column }, shown === null && drawn.diff?.isKind(column) ? '' : shown);
      if (drawn.diff !== undefined) showOld(made, drawn.diff.old(row, column, text));
      const of = drawn.columns[column];
      if (of !== undefined) made.append(...timeElements(of, shown));
      return made;
    });
    const kinds = ['row', ...(row % 2 === 0 ? [] : ['odd']), ...(kind === undefined ? [] : [kind])];
    const attributes = { class: kinds.join(' '), role: 'row', 'aria-rowindex': String(row + 2) };
    rows.push(element('div', attributes, number(drawn, row, kind), ...cells));
  }
  return rows;
}

/** Characters of the longest of the texts of a column as they are drawn. */
export function shownLength(column: Column, texts: readonly (string | null)[]): number {
  const room = isSeconds(column) ? ' 2026-01-01 00:00:00'.length : 0;
  return Math.max(0, ...texts.map((text) => (text?.length ?? 4) + room));
}

/** The cell of an element; `column` is undefined for a row number. Undefined for any other element. */
export function cellOf(
  target: EventTarget | null,
): { readonly row: number; readonly column: number | undefined } | undefined {
  const id = target instanceof HTMLElement ? /^[cr](\d+)(?:-(\d+))?$/.exec(target.id) : null;
  if (id === null) return undefined;
  return { row: Number(id[1]), column: id[2] === undefined ? undefined : Number(id[2]) };
}

function number({ layouts, left }: DrawnRows, row: number, kind: keyof typeof changeSigns | undefined): HTMLElement {
  const attributes = { id: `r${row}`, class: 'cell number pinned', role: 'rowheader', 'aria-colindex': '1' };
  const made = element('div', attributes, numberText(row + 1));
  if (kind !== undefined) {
    made.prepend(element('span', { class: 'sign', 'aria-hidden': 'true' }, changeSigns[kind]));
    made.setAttribute('aria-label', `${row + 1} ${kind}`);
  }
  made.style.left = `${left}px`;
  made.style.width = `${layouts[0]?.left ?? 0}px`;
  return made;
}

/** Shows the value before in a cell whose value changed; undefined for any other cell. */
function showOld(made: HTMLElement, old: string | null | undefined): void {
  if (old === undefined) return;
  const now = element('ins', {}, made.textContent);
  made.classList.add('differs');
  made.replaceChildren(element('del', {}, inOneLine(old ?? 'NULL')), element('span', { class: 'arrow' }, ' → '), now);
}

/** A text in the one line that a row has: its line ends are marked, as the lines after them would be hidden. */
function inOneLine(text: string): string {
  return text.replaceAll(/\r\n|[\n\r]/g, '↵');
}

function cell(drawn: DrawnRows, { row, column }: Cell, text: string | null | undefined): HTMLElement {
  const { focus } = drawn.selection;
  const layout = drawn.layouts[column];
  const isChosen = isSelected(drawn.selection, { row, column });
  const mark = drawn.rows.mark(row, column);
  const kinds = [
    'cell',
    ...(mark === undefined ? [] : [mark]),
    ...(text === null ? ['null'] : text === undefined ? ['pending'] : []),
    ...(layout?.numeric === true ? ['numeric'] : []),
    ...(column < drawn.pinned ? ['pinned'] : []),
    ...(isChosen ? ['selected'] : []),
    ...(focus.row === row && focus.column === column ? ['focused'] : []),
  ];
  const attributes = {
    id: `c${row}-${column}`,
    class: kinds.join(' '),
    role: 'gridcell',
    'aria-colindex': String(column + 2),
    'aria-selected': String(isChosen),
    ...(mark !== undefined && { 'aria-description': mark }),
  };
  const made = element('div', attributes, text === null ? 'NULL' : text === undefined ? '…' : inOneLine(text));
  if (layout !== undefined) {
    made.style.left = `${column < drawn.pinned ? layout.left + drawn.left : layout.left}px`;
    made.style.width = `${layout.width}px`;
  }
  return made;
}
