/** Results of queries as tables for people. */
import { plural } from '../../server/src/base/plural.ts';
import { printable, printableLines } from '../../server/src/base/printable.ts';
import { isAnyNumber } from '../../server/src/base/typeClass.ts';
import { type QueryResult } from '../../server/src/protocol/commands.ts';
import { cutToWidth, table, widthOf } from './format.ts';
import { type Screen } from './pager.ts';
import { type ScreenColumn, screenColumns } from './screenColumns.ts';
import { type Session } from './verb.ts';

/** Rows fetched and aligned together: few at first, for a fast start, then more. */
const firstWindowRows = 1000;
const windowRows = 10_000;
/** A table is for people: longer values are cut to this width. */
const cellWidthMax = 200;

/** Parts that a table leaves out. */
interface LeftOut {
  /** True when a value was longer than its cell. */
  readonly isCut: boolean;
  /** Number of columns that did not fit on the screen. */
  readonly columns: number;
}

/**
 * Prints the first `count` rows of a result, and the columns that fit on the screen. Columns get the widths of the rows so
 * far, so that a long result need not be held in memory. NULL is `NULL`, and a text of these letters is in quotes.
 */
export async function printRows(
  session: Pick<Session, 'call'>,
  screen: Screen,
  { resultId, columns }: QueryResult,
  rowCount: number,
): Promise<LeftOut> {
  // A plan is a multi-line drawing in one cell.
  const isPlan = columns[0]?.name === 'explain_key';
  const head = [columns.map(({ name }) => printable(name)), columns.map(({ type }) => type)];
  const widths: number[] = [];
  let isCut = false;
  let shown: readonly ScreenColumn[] = [];
  const fitted = (row: readonly string[]): string[] =>
    shown.map(({ index, widthMax }) => {
      const text = row[index] ?? '';
      const fits = cutToWidth(text, widthMax);
      isCut ||= fits !== text;
      return fits;
    });
  for (let start = 0, window = firstWindowRows; start === 0 || start < rowCount; window = windowRows) {
    const count = Math.min(window, rowCount - start);
    const rows = await session.call('rows', { resultId, start, count });
    const texts = Array.from({ length: rows.columns[0]?.length ?? 0 }, (_, row) =>
      rows.columns.map((column) => column[row] ?? null),
    );
    if (isPlan) await screen.print(texts.map((row) => `${printableLines(row[1] ?? '')}\n`).join(''));
    else {
      const cells = texts.map((row) => row.map(cellText));
      if (start === 0) shown = screenColumns(measured(columns, [...head, ...cells]), screen.width);
      const mark = shown.length < columns.length ? ['…'] : [];
      const lines = cells.map(fitted);
      const [names = [], types = []] = head.map(fitted);
      const right = new Set(shown.flatMap(({ index }, at) => (isAnyNumber(columns[index]?.type ?? '') ? [at] : [])));
      await screen.print(table(start === 0 ? [[...names, ...mark], types, ...lines] : lines, right, widths));
    }
    start += window;
    if (screen.isClosed) break;
  }
  return { isCut, columns: isPlan ? 0 : columns.length - shown.length };
}

function cellText(value: string | null): string {
  if (value === null) return 'NULL';
  return value === 'NULL' ? "'NULL'" : printable(value);
}

function measured(
  columns: QueryResult['columns'],
  rows: readonly (readonly string[])[],
): Parameters<typeof screenColumns>[0] {
  return columns.map(({ type }, index) => ({
    width: Math.min(cellWidthMax, Math.max(...rows.map((row) => widthOf(row[index] ?? '')))),
    isText: /^(VARCHAR|JSON|BLOB|ENUM|STRUCT|MAP|UNION)|\]$/.test(type),
  }));
}

/** Lines about what was left out. */
export function leftOutHints({ isCut, columns }: LeftOut): readonly string[] {
  const hidden =
    columns === 0 ? [] : [`${plural(columns, 'column')} more: name the columns that you need in the query.`];
  return [...hidden, ...(isCut ? ["'--format csv' and '--format json' write long values in full."] : [])];
}
