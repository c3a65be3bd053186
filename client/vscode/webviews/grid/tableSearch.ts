import { type Column } from '../../../../server/src/protocol/commands.ts';
import { type Requests } from './requests.ts';
import { type EditedRows } from './rowEdits.ts';
import { Search } from './search.ts';
import { type Table } from './table.ts';
import { type TableState } from './viewState.ts';

/** The table that is searched. */
interface SearchedTable {
  readonly run: number;
  readonly requests: Requests;
  readonly state: TableState;
  readonly columns: readonly Column[];
  /** Rows of the view, without new ones. */
  readonly viewRows: number;
  readonly edits: EditedRows;
  readonly table: Table;
  focus(): void;
}

/** Returns the search of a table: of the values of the file, whose rows are shown with new ones between them. */
export function tableSearch(on: SearchedTable): Search {
  return new Search({
    find: (params) => on.requests.send(on.run, 'findInTable', { view: on.state.view, ...params }, 'find'),
    count: (params) => on.requests.send(on.run, 'countMatches', { view: on.state.view, ...params }, 'matches'),
    cancel: () => {
      for (const slot of ['find', 'matches', 'least']) on.requests.cancelSlot(slot);
    },
    view: () => on.state.view,
    leastFrom: async (column, value) => {
      const from = { column, kind: 'compare', operator: '>=', value } as const;
      const view = { sort: [{ column, descending: false }], filters: [...on.state.view.filters, from] };
      const rows = await on.requests.send(
        on.run,
        'tableRows',
        { view, start: 0, count: 1, columns: [column] },
        'least',
      );
      return rows.columns[0]?.[0] ?? undefined;
    },
    columns: () => on.columns,
    rowCount: () => on.viewRows,
    focus: () => {
      const { row, column } = on.table.selection.focus;
      return { row: on.edits.viewRow(row), column };
    },
    select: ({ row, column }) => {
      const cell = { row: on.edits.shownRow(row), column };
      on.table.select({ anchor: cell, focus: cell });
    },
    closed: () => on.focus(),
  });
}
