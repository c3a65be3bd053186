import { type ColumnInfo, type RowsInfo } from '../../server/src/protocol/commands.ts';
import { type PlotInfo } from './webviews/grid/messages.ts';
import { plotted, plottedColumns } from './webviews/grid/plotted.ts';
import { thinned } from './webviews/grid/thinned.ts';

/** Rows per request, and the maximum number of rows plotted. */
const window = 10_000;
const rowsMax = 100_000;

/** Maximum number of points per series sent to the page: about two per pixel of a wide screen. */
const pointsMax = 4000;

/** Points of a view for the page to draw, of its first 100,000 rows. Undefined when there is nothing to plot. */
export async function plotOf(
  { columns, rowCount }: { readonly columns: readonly ColumnInfo[]; readonly rowCount: number },
  rows: (start: number, count: number) => Promise<RowsInfo>,
): Promise<PlotInfo | undefined> {
  const chosen = plottedColumns(columns);
  if (chosen === undefined) return undefined;
  const rowsUsed = Math.min(rowCount, rowsMax);
  const cells = columns.map((): (string | null)[] => []);
  for (let start = 0; start < rowsUsed; start += window) {
    const part = await rows(start, Math.min(window, rowsUsed - start));
    for (const column of [chosen.x, ...chosen.ys]) cells[column]?.push(...(part.columns[column] ?? []));
  }
  const all = plotted(columns, chosen, cells);
  const { xName, isTime, repeats } = all;
  const series = all.series.map(({ name, y }) => ({ name, ...thinned(all, y, pointsMax) }));
  return { xName, isTime, asDots: repeats, rowsUsed, series };
}
