import type * as vscode from 'vscode';
import { type OpenedTableInfo } from '../../../server/src/protocol/commands.ts';
import { type PondClient } from '../client.ts';
import { errorText } from '../errors.ts';
import { type SavedEdits } from './rebaseSteps.ts';
import { type TableDocument } from './tableDocument.ts';
import { parsePondUri } from '../pondUri.ts';
import { tableEditsOf } from '../webviews/grid/rowEdits.ts';
import { releaseTable } from './releaseTable.ts';
import { wholeView } from '../../../server/src/protocol/tableViews.ts';

/** Limits of what is read: cells, and ranges of rows. */
const cellsMax = 200_000;
const rangesMax = 200;
/** Rows between two that are read with them. */
const gapMax = 50;

interface RowRange {
  readonly start: number;
  readonly count: number;
}

/**
 * Reads the rows that edits change or delete, before they are saved. Undefined when these are too many, and when they
 * cannot be read, which the log states: the save itself says what is wrong.
 */
export async function rowsBefore(
  client: PondClient,
  document: TableDocument,
  cancellation: vscode.CancellationToken,
): Promise<SavedEdits['before'] | undefined> {
  const location = parsePondUri(document.uri);
  const { changed, deleted } = tableEditsOf(document.rows);
  const positions = [...changed.map(({ position }) => position), ...deleted].sort((a, b) => a - b);
  const ranges = rangesOf(positions);
  if (location === undefined || ranges.length > rangesMax) return undefined;
  if (positions.length === 0) return new Map();
  const { pond, path } = location;
  try {
    const table = await client.request('openTable', { pond, table: { path } }, cancellation);
    try {
      const rows = ranges.reduce((sum, { count }) => sum + count, 0);
      if (rows * table.columns.length > cellsMax) return undefined;
      return await valuesOf(client, { pond, table }, ranges, cancellation);
    } finally {
      await releaseTable(client, pond, table.source);
    }
  } catch (error) {
    client.log.warn(`the edits of ${path} that are being saved cannot be undone later: ${errorText(error)}`);
    return undefined;
  }
}

/** Positions, ascending, as ranges. */
function rangesOf(positions: readonly number[]): readonly RowRange[] {
  const ranges: RowRange[] = [];
  for (const position of positions) {
    const last = ranges.at(-1);
    if (last !== undefined && position - (last.start + last.count) <= gapMax)
      ranges[ranges.length - 1] = { ...last, count: position + 1 - last.start };
    else ranges.push({ start: position, count: 1 });
  }
  return ranges;
}

async function valuesOf(
  client: PondClient,
  { pond, table: { source, columns } }: { readonly pond: string; readonly table: OpenedTableInfo },
  ranges: readonly RowRange[],
  cancellation: vscode.CancellationToken,
): Promise<SavedEdits['before']> {
  const values = new Map<number, readonly (readonly [string, string | null])[]>();
  for (const range of ranges) {
    const read = await client.request('tableRows', { pond, source, view: wholeView, ...range }, cancellation);
    for (let row = 0; row < range.count; row += 1) {
      const cells = columns.map(({ name }, column) => [name, read.columns[column]?.[row] ?? null] as const);
      values.set(range.start + row, cells);
    }
  }
  return values;
}
