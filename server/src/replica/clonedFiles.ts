/** The files of a pond that a copy of it needs, as its log and its rows say. Both may come from anybody. */
import { type Add } from '../delta/actions.ts';
import { commitsUp, firstCommit } from '../delta/commitNumber.ts';
import { decodePath, isInsideTable } from '../delta/dataPath.ts';
import { sha256Tag } from '../delta/log.ts';
import { type OpLog } from '../oplog/opLog.ts';
import { blobPath } from '../pond/blobs.ts';
import { type CheckedRecords } from '../pond/checkHistory.ts';
import { hasContent } from '../pond/fileRestorer.ts';
import { isKey } from '../remote/keys.ts';
import { type Disk } from '../storage/disk.ts';
import { type WantedObject } from './objectFetcher.ts';

/** Data files of a table. */
interface DataFiles {
  readonly files: readonly WantedObject[];
  /** Live files that are not in the table's folder, or in one that is not for data: other engines may name such. */
  readonly outsideCount: number;
}

/**
 * Returns the data files that a log names, each once: live ones, and those that a later entry removed, which other engines'
 * operations leave and the history may still need.
 */
export async function dataFilesOf(opLog: OpLog): Promise<DataFiles> {
  const files = new Map<string, WantedObject>();
  let outsideCount = 0;
  const add = (action: Add, isRequired: boolean): void => {
    const path = decodePath(action.path);
    const tag = action.tags?.[sha256Tag];
    const sha256 = typeof tag === 'string' ? tag : undefined;
    if (isDataPath(path)) files.set(path, { path, sizeBytes: action.size, sha256, isRequired });
    else if (isRequired) outsideCount++;
  };
  for (const number of commitsUp(firstCommit, opLog.tableVersion)) {
    for (const action of opLog.entry(number)?.adds ?? []) add(action, false);
  }
  for (const live of await opLog.liveFiles()) add(live.add, true);
  return { files: [...files.values()], outsideCount };
}

/** False for a path that leads out of the folder, or to what is not for data: the log, the working files of the pond. */
function isDataPath(path: string): boolean {
  return isKey(path) && isInsideTable(path) && path.split('/').every((name) => !/^[_.]/.test(name));
}

/** Returns the data files that a disk does not have. */
export async function missingFiles(disk: Disk, files: readonly WantedObject[]): Promise<readonly WantedObject[]> {
  const missing: WantedObject[] = [];
  for (const file of files) {
    const { path, sizeBytes, sha256 } = file;
    const isThere = sha256 !== undefined && (await hasContent(disk, { path, sizeBytes, sha256 }));
    if (!isThere) missing.push(file);
  }
  return missing;
}

/** Returns the blobs that a disk does not have. A blob got its name after it was verified, so its size decides. */
export function missingBlobs(disk: Disk, blobs: CheckedRecords['blobs']): readonly WantedObject[] {
  const wanted = [...blobs].map(([sha256, { sizeBytes }]) => {
    return { path: blobPath(sha256), sizeBytes, sha256, isRequired: true };
  });
  return wanted.filter(({ path, sizeBytes }) => disk.stat(path)?.sizeBytes !== sizeBytes);
}

export const bytesOf = (files: readonly WantedObject[]): number =>
  files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
