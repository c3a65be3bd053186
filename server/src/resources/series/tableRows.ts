import { openAnyParquet, type ParquetRow, readRowGroup } from '../../parquet/file.ts';
import { type WorkingDirectory } from '../../tinyfs/workingDirectory.ts';

/**
 * Returns the rows of a small table, whichever program wrote it; undefined without one. Columns that it lacks are left out.
 * Fails as the pond, and throws for content that is not Parquet.
 */
export async function tableRows(
  home: WorkingDirectory,
  path: string,
  columns: readonly string[],
): Promise<readonly ParquetRow[] | undefined> {
  if ((await home.get(path)) === undefined) return undefined;
  const bytes = new Uint8Array(await home.readFile(path));
  const read = (start: number, end: number): Uint8Array => bytes.subarray(start, end);
  const file = openAnyParquet({ path, sizeBytes: bytes.length, read });
  const rows: ParquetRow[] = [];
  for (const index of file.metadata.row_groups.keys()) rows.push(...(await readRowGroup(file, index, { columns })));
  return rows;
}
