import { sql } from '../../duckdb/sql.ts';
import { type Builder, type FileFacts } from '../../sandbox/build.ts';
import { readParquet, writeParquet } from './readParquet.ts';
import { footerTexts } from './seriesFooter.ts';

/** Name of the column with the numbers of rows: a file with a column of that name cannot be cut. */
export const rowNumberColumn = 'file_row_number';

/** Rows of a Parquet file, 0-based; `to` is not among them. */
interface RowRange {
  readonly from: number;
  readonly to: number;
}

/** Writes some rows of a Parquet file to another, in their order, as a version of a series of the same columns. */
export async function writeRowRange(
  builder: Builder,
  { source, target, columns }: { readonly source: string; readonly target: string } & Pick<FileFacts, 'columns'>,
  { from, to }: RowRange,
  signal: AbortSignal | undefined,
): Promise<void> {
  const rows = sql`SELECT * EXCLUDE (file_row_number) FROM ${readParquet([source], sql`file_row_number = true`)}
    WHERE file_row_number >= ${from} AND file_row_number < ${to} ORDER BY file_row_number`;
  const statements = [writeParquet(rows, target, footerTexts({ columns, notation: undefined }, undefined))];
  await builder.run({ statements, reads: [source], writes: [target] }, signal);
}
