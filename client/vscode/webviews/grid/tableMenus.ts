/** Entries of the menus of a table. */
import { type Column } from '../../../../server/src/protocol/commands.ts';
import { copyFormats, type ClipboardFormat } from './copyText.ts';
import { type MenuItem } from './menu.ts';

/** Actions of the entries. */
export interface TableActions {
  /** Sorts by a column; undefined takes it out of the sort. */
  sort(column: Column, descending: boolean | undefined): void;
  /** Sorts by a column where those of the present sort are equal. */
  sortNext(column: Column, descending: boolean): void;
  filter(column: Column): void;
  showPane(mode: 'summary' | 'value' | 'row'): void;
  /** Selects a column in all rows. */
  selectColumn(column: Column): void;
  /** Draws a column, with the other selected ones when it is selected. */
  plot(column: Column): void;
  setPinned(column: Column, isPinned: boolean): void;
  setHidden(column: Column, isHidden: boolean): void;
  moveBy(column: Column, by: 1 | -1): void;
  /** Makes a column wider, or narrower with a negative number of pixels. */
  widen(column: Column, by: number): void;
  /** Sets the width of a column; undefined for that of its content. */
  resize(column: Column, width: number | undefined): void;
  copy(format: ClipboardFormat): void;
  keepValue(isKept: boolean): void;
  /** Shows the line of the row in the text of the table. */
  showText(): void;
  /** Edits the selected cells or rows. */
  edit(what: EditAction): void;
  showAll(): void;
}

/** Edits of a menu: of cells, and of rows. */
export type EditAction = 'edit' | 'clear' | 'paste' | 'insertAbove' | 'insertBelow' | 'delete' | 'revert';

/** A column as its menu needs it. */
export interface MenuColumn {
  readonly column: Column;
  readonly isSorted: boolean;
  /** True when the table is sorted by other columns. */
  readonly isSortedByOthers: boolean;
  readonly isPinned: boolean;
  readonly hasHidden: boolean;
  readonly isEditable: boolean;
  /** True for a table that can be drawn. */
  readonly isPlotted: boolean;
  /** True for a table of a text, whose lines can be shown. */
  readonly hasText: boolean;
}

/** Pixels by which an entry changes the width of a column. */
export const widthStep = 24;

/** Returns the entries for a column. */
export function columnMenu(
  { column, isSorted, isSortedByOthers, isPinned, hasHidden, isPlotted }: MenuColumn,
  actions: TableActions,
): readonly MenuItem[] {
  return [
    { label: 'Sort Ascending', run: () => actions.sort(column, false) },
    { label: 'Sort Descending', run: () => actions.sort(column, true) },
    ...(isSortedByOthers
      ? [
          { label: 'Then Sort Ascending', run: () => actions.sortNext(column, false) },
          { label: 'Then Sort Descending', run: () => actions.sortNext(column, true) },
        ]
      : []),
    ...(isSorted ? [{ label: 'Remove Sort', run: () => actions.sort(column, undefined) }] : []),
    { label: 'Filter…', run: () => actions.filter(column) },
    { label: 'Summary', run: () => actions.showPane('summary') },
    ...(isPlotted ? [{ label: 'Plot', run: () => actions.plot(column) }] : []),
    { label: 'Select Column', key: 'Ctrl+Space', run: () => actions.selectColumn(column) },
    'line',
    { label: isPinned ? 'Unpin Column' : 'Pin Column', run: () => actions.setPinned(column, !isPinned) },
    { label: 'Hide Column', run: () => actions.setHidden(column, true) },
    ...(hasHidden ? [{ label: 'Show All Columns', run: () => actions.showAll() }] : []),
    { label: 'Move Left', key: 'Alt+←', run: () => actions.moveBy(column, -1) },
    { label: 'Move Right', key: 'Alt+→', run: () => actions.moveBy(column, 1) },
    { label: 'Wider', key: 'Alt+Shift+→', run: () => actions.widen(column, widthStep) },
    { label: 'Narrower', key: 'Alt+Shift+←', run: () => actions.widen(column, -widthStep) },
    { label: 'Fit to Content', run: () => actions.resize(column, undefined) },
  ];
}

const copyLabels: Readonly<Record<ClipboardFormat, string>> = {
  tsv: 'Copy Cells',
  csv: 'Copy as CSV',
  json: 'Copy as JSON',
  markdown: 'Copy as Markdown',
  insert: 'Copy as INSERT',
};

/** Returns the entries for the selected cells; the last ones are those of the column. */
export function cellMenu(found: MenuColumn, actions: TableActions): readonly MenuItem[] {
  return [
    ...copyFormats.map((format): MenuItem => ({
      label: copyLabels[format],
      ...(format === 'tsv' && { key: 'Ctrl+C' }),
      run: () => actions.copy(format),
    })),
    ...(found.isEditable ? editMenu(actions) : []),
    'line',
    { label: 'Show Value', key: 'Enter', run: () => actions.showPane('value') },
    { label: 'Show Row', key: 'Shift+Enter', run: () => actions.showPane('row') },
    ...(found.hasText ? [{ label: 'Show Text', run: () => actions.showText() }] : []),
    { label: 'Only Rows with This Value', run: () => actions.keepValue(true) },
    { label: 'Without This Value', run: () => actions.keepValue(false) },
    'line',
    ...columnMenu(found, actions),
  ];
}

function editMenu(actions: TableActions): readonly MenuItem[] {
  const item = (label: string, what: EditAction, key?: string): MenuItem => ({
    label,
    ...(key !== undefined && { key }),
    run: () => actions.edit(what),
  });
  return [
    item('Paste', 'paste', 'Ctrl+V'),
    'line',
    item('Edit Cell', 'edit', 'F2'),
    item('Set to NULL', 'clear', 'Delete'),
    item('Insert Row Above', 'insertAbove'),
    item('Insert Row Below', 'insertBelow', 'Insert'),
    item('Delete Rows', 'delete', 'Shift+Delete'),
    item('Revert Rows', 'revert'),
  ];
}
