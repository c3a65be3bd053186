import { type Disk } from '../../storage/disk.ts';
import { parentOf } from '../../storage/diskPath.ts';
import { linkBelow, removeEmptyFolder } from '../../storage/hostTree.ts';
import { isAsLeft, type Manifest } from './manifest.ts';

/**
 * Removes the files that were exported before and are not any more, and the folders that are empty without them. A file
 * below a link stays: it may be another folder's. So does one that is not as an export left it: it is a person's own,
 * whatever the manifest of the folder lists. Returns how many were removed.
 */
export function sweep(disk: Disk, directory: string, before: Manifest, after: Manifest): number {
  const kept = new Set([...after.values()].flatMap(({ files }) => files.map(({ file }) => file)));
  const stale = [...before.values()]
    .flatMap(({ files }) => files)
    .filter((one) => !kept.has(one.file) && linkBelow(directory, one.file) === undefined && isAsLeft(disk, one))
    .map(({ file }) => file);
  for (const file of stale) removeWithFolders(disk, directory, file);
  return stale.length;
}

/** Removes a file, and each folder above it, up to `directory`, that is empty then. */
export function removeWithFolders(disk: Disk, directory: string, file: string): void {
  disk.remove(file);
  for (let folder = parentOf(file); folder !== ''; folder = parentOf(folder)) {
    if (!removeEmptyFolder(directory, folder)) return;
  }
}
