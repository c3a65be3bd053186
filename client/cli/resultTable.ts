/** Results of queries as tables for people. */
import { isAnyNumber } from '../../server/src/base/typeClass.ts';
import { printableLines } from '../../server/src/base/printable.ts';
import { type QueryResult } from '../../server/src/protocol/commands.ts';
import { cut, table } from './format.ts';
import { type Screen } from './pager.ts';
import { type Session } from './verb.ts';

/** Rows fetched and aligned together: few at first, for a fast start, then more. */
const firstWindowRows = 1000;
const windowRows = 10_000;
/** A table is for people: longer values are truncated to this many characters. */
const cellLengthMax = 200;

/** Parts that a table leaves out. */
interface LeftOut {
  /** True when a value was longer than its cell. */
  readonly isCut: boolean;
}

/**
 * Prints the first `count` rows of a result. Columns get the widths of the rows so far, so that a long result need not be
 * held in memory. NULL is `NULL`, and a text of these letters is in quotes.
 */
export async function printRows(
  session: Pick<Session, 'call'>,
  screen: Screen,
  { resultId, columns }: QueryResult,
  rowCount: number,
): Promise<LeftOut> {
  // A plan is a multi-line drawing in one cell.
  const isPlan = columns[0]?.name === 'explain_key';
  const right = new Set(columns.flatMap(({ type }, index) => (isAnyNumber(type) ? [index] : [])));
  const head = [columns.map(({ name }) => name), columns.map(({ type }) => type)];
  const widths: number[] = [];
  let isCut = false;
  const shown = (value: string | null): string => {
    if (value === null) return 'NULL';
    isCut ||= value.length > cellLengthMax;
    return value === 'NULL' ? "'NULL'" : cut(value, cellLengthMax);
  };
  for (let start = 0, window = firstWindowRows; start === 0 || start < rowCount; window = windowRows) {
    const count = Math.min(window, rowCount - start);
    const rows = await session.call('rows', { resultId, start, count });
    const texts = Array.from({ length: rows.columns[0]?.length ?? 0 }, (_, row) =>
      rows.columns.map((column) => column[row] ?? null),
    );
    if (isPlan) await screen.print(texts.map((row) => `${printableLines(row[1] ?? '')}\n`).join(''));
    else {
      const cells = texts.map((row) => row.map(shown));
      await screen.print(table(start === 0 ? [...head, ...cells] : cells, right, widths));
    }
    start += window;
    if (screen.isClosed) break;
  }
  return { isCut };
}
