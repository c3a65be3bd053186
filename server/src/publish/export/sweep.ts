import { type Disk } from '../../storage/disk.ts';
import { parentOf } from '../../storage/diskPath.ts';
import { linkBelow, removeEmptyFolder } from '../../storage/hostTree.ts';
import { isAsLeft, type Manifest } from './manifest.ts';

/**
 * Removes the files that were exported before and no longer are, and the folders that become empty. Keeps files below a
 * link, which may belong to another folder, and files modified since their export: they are a user's own, whatever the
 * manifest lists. Returns the number of removed files.
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

/** Removes a file, and each parent folder, up to `directory`, that becomes empty. */
export function removeWithFolders(disk: Disk, directory: string, file: string): void {
  disk.remove(file);
  for (let folder = parentOf(file); folder !== ''; folder = parentOf(folder)) {
    if (!removeEmptyFolder(directory, folder)) return;
  }
}
