import { type Column } from '../../protocol/results.ts';
import { type SqlText } from '../../duckdb/sql.ts';

/** Rows of a result as text, in the order of the result, a bounded number at a time. */
export interface RowsAsText {
  readonly columns: readonly Column[];
  readonly rowCount: number;
  /**
   * Windows of rows, column by column. `valueOf` returns the SQL of the text of a column's value; by default it is
   * DuckDB's own text. NULL is null.
   */
  windows(
    valueOf?: (column: Column, value: SqlText, index: number) => SqlText,
  ): AsyncIterable<readonly (readonly (string | null)[])[]>;
}

/** Turns columns of texts into rows. */
export function* rowsOf(columns: readonly (readonly (string | null)[])[]): Iterable<readonly (string | null)[]> {
  for (let row = 0; row < (columns[0]?.length ?? 0); row += 1) yield columns.map((column) => column[row] ?? null);
}
