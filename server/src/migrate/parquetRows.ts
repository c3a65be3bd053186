/** Rows of small Parquet files of a source: directories, tables of settings. */
import { type ParquetRow, openParquet, readRowGroup } from '../parquet/file.ts';
import { damagedSource, rowsBytesMax } from './checkedContent.ts';

/** Rows of a file, with the names of its columns in order. */
interface ParquetRows {
  readonly columns: readonly string[];
  readonly rows: readonly ParquetRow[];
}

/** Returns all rows of a file. Bytes that are not declared as text stay bytes. Fails `pond-damaged`. */
export async function parquetRows(bytes: Uint8Array, path: string): Promise<ParquetRows> {
  if (bytes.length > rowsBytesMax)
    throw damagedSource(path, `it has ${bytes.length} bytes, expected ${rowsBytesMax} at most`);
  const file = openParquet({ path, sizeBytes: bytes.length, read: (start, end) => bytes.subarray(start, end) });
  const columns = [...new Set(file.leaves.map((leaf) => leaf.path[0]!))];
  const groups = file.metadata.row_groups.map((_, index) =>
    readRowGroup(file, index, { columns, utf8: false, rawTimes: true }),
  );
  return { columns, rows: (await Promise.all(groups)).flat() };
}
