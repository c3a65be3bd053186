import { commitsUp, firstCommit } from '../../server/src/delta/commitNumber.ts';
import { latestVersion } from '../../server/src/delta/log.ts';
import { commitFile } from '../../server/src/delta/logPaths.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { overwrite } from './pondState.ts';
import { bytesOf, textOf } from './tree.ts';

type Entry = Readonly<Record<string, Record<string, unknown> | undefined>>;

/** Changes the lines of a log entry. */
export function editEntry(disk: Disk, path: string, edit: (entry: Entry) => void): void {
  const entries = textOf(disk.readFile(path)!)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Entry);
  entries.forEach(edit);
  overwrite(disk, path, bytesOf(entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')));
}

/** Changes the record of a commit in its log entry. */
export function editRecord(disk: Disk, path: string, edit: (record: Record<string, unknown>) => void): void {
  editEntry(disk, path, ({ commitInfo }) => {
    if (commitInfo !== undefined) edit(commitInfo['pond'] as Record<string, unknown>);
  });
}

/** Removes from the log what ponds did not have before there were chains: hashes of commits and of data files. */
export function withoutHashes(disk: Disk): void {
  for (const number of commitsUp(firstCommit, latestVersion(disk)!)) {
    editRecord(disk, commitFile(number), (record) => {
      for (const name of ['parentId', 'parentHash', 'rowsHash', 'hash']) delete record[name];
    });
    editEntry(disk, commitFile(number), ({ add }) => {
      if (add !== undefined) delete (add['tags'] as Record<string, unknown>)['duckpond.sha256'];
    });
  }
}
