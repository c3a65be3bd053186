import { type TableDiffInfo, type TableView } from '../../../../../server/src/protocol/commands.ts';
import { messageOf, type Requests, Superseded } from '../requests.ts';
import { type Cell } from '../selection.ts';
import { type DiffView } from './diffView.ts';

/** The table in which changes are visited. */
interface SteppedTable {
  readonly run: number;
  readonly requests: Requests;
  readonly info: TableDiffInfo;
  view(): TableView;
  diff(): DiffView;
  focus(): Cell;
  select(cell: Cell): void;
  /** There is no change in this direction, or it could not be found. */
  ended(message: string): void;
}

/** Goes to the next changed cell, or the one before; a row of one table alone is one change. */
export async function stepToChange(table: SteppedTable, backward: boolean): Promise<void> {
  try {
    const cell = (await inRow(table, backward)) ?? (await inOtherRow(table, backward));
    if (cell === undefined) table.ended(backward ? 'This is the first change.' : 'This is the last change.');
    else table.select(cell);
  } catch (error) {
    if (!(error instanceof Superseded)) table.ended(messageOf(error));
  }
}

/** The next changed cell in the row of the selection. */
async function inRow(table: SteppedTable, backward: boolean): Promise<Cell | undefined> {
  const { row, column: from } = table.focus();
  const columns = table.diff().changedColumns(await cellsOf(table, row));
  const column = backward ? columns.findLast((one) => one < from) : columns.find((one) => one > from);
  return column === undefined ? undefined : { row, column };
}

async function inOtherRow(table: SteppedTable, backward: boolean): Promise<Cell | undefined> {
  const { run, requests, info } = table;
  const match = { column: info.changeColumn, kind: 'present' } as const;
  const start = { row: table.focus().row, column: 0, backward };
  const found = await requests.send(run, 'findInTable', { view: table.view(), match, start }, 'step');
  if (found === null) return undefined;
  const columns = table.diff().changedColumns(await cellsOf(table, found.row));
  return { row: found.row, column: (backward ? columns.at(-1) : columns[0]) ?? 0 };
}

async function cellsOf({ run, requests, info, view }: SteppedTable, row: number): Promise<string | null> {
  const params = { view: view(), start: row, count: 1, columns: [info.cellsColumn] };
  const { columns } = await requests.send(run, 'tableRows', params, 'step');
  return columns[0]?.[0] ?? null;
}
