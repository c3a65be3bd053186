import { type CommitNumber } from '../../server/src/delta/commitNumber.ts';
import { readCommit } from '../../server/src/delta/log.ts';
import { commitFile } from '../../server/src/delta/logPaths.ts';
import { writeDataFile } from '../../server/src/oplog/dataFile.ts';
import { RowReader } from '../../server/src/oplog/rowReader.ts';
import { type OpRow } from '../../server/src/oplog/rows.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { overwrite } from './pondState.ts';
import { bytesOf, textOf } from './tree.ts';

/**
 * Writes the data file of a commit again, with other rows; undefined leaves a row out. The log gets the new size, and
 * loses the hash: so no comparison of the whole file finds the forgery.
 */
export async function forgeRows(
  disk: Disk,
  number: CommitNumber,
  change: (row: OpRow) => OpRow | undefined,
): Promise<void> {
  const { path } = readCommit(disk, number)!.adds[0]!;
  const rows: OpRow[] = [];
  for await (const row of new RowReader(disk).scan(path, () => true)) {
    const changed = change(row);
    if (changed !== undefined) rows.push(changed);
  }
  disk.remove(path);
  const { sizeBytes } = await writeDataFile(disk, path, rows, number);
  const text = textOf(disk.readFile(commitFile(number))!);
  const added = text.replace(/"size":\d+/, `"size":${sizeBytes}`).replace(/,"duckpond\.sha256":"[0-9a-f]+"/, '');
  overwrite(disk, commitFile(number), bytesOf(added));
}
