import { type ResultFormat } from '../../protocol/results.ts';
import { type RowsAsText } from './rowWindows.ts';

/** Formats that DuckDB writes. */
export type CopyFormat = Extract<ResultFormat, 'csv' | 'json' | 'ndjson' | 'parquet'>;

/** True for a format that DuckDB writes. */
export function isCopyFormat(format: ResultFormat): format is CopyFormat {
  return format === 'csv' || format === 'json' || format === 'ndjson' || format === 'parquet';
}

/**
 * Yields the file of a result in a format that DuckDB does not write; loads the writer. `wide` are the columns with integers
 * of more than 38 digits.
 */
export async function* resultFile(
  format: Exclude<ResultFormat, CopyFormat>,
  rows: RowsAsText,
  wide: ReadonlySet<number>,
): AsyncIterable<Uint8Array> {
  if (format === 'arrow') yield* (await import('./arrowFile.ts')).arrowFile(rows, wide);
  else if (format === 'xlsx') yield* (await import('./xlsxFile.ts')).xlsxFile(rows);
  else yield* (await import('./markdownFile.ts')).markdownFile(rows);
}
