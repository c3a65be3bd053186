/** Files that a round removed from the folder: `.pond-trash/DATE/PATH`, kept for a while. */
import { joinPath, nameOf, parentOf } from '../storage/diskPath.ts';
import { type HostFolder } from '../storage/hostFolder.ts';
import { trashName } from './scope.ts';

/** Days for which removed files are kept. */
const keptDays = 30;

const dayMs = 24 * 60 * 60 * 1000;

/** Moves an item of the folder out of the way, durably. */
export function moveToTrash(folder: HostFolder, path: string, nowMs: number): void {
  const to = freePath(folder, `${trashName}/${dateOf(nowMs)}/${path}`);
  makeDirectories(folder, parentOf(to));
  folder.rename(path, to);
  // The new name first: after a crash the item is at one of the two.
  folder.sync(parentOf(to));
  folder.sync(parentOf(path));
}

/** Makes a directory and its missing parents, durably. */
export function makeDirectories(folder: HostFolder, path: string): void {
  if (path === '' || folder.stat(path)?.kind === 'directory') return;
  makeDirectories(folder, parentOf(path));
  folder.makeDirectory(path);
  folder.sync(parentOf(path));
}

/** Removes what was kept for long enough. */
export function emptyTrash(folder: HostFolder, nowMs: number): void {
  for (const { name, kind } of folder.list(trashName)) {
    const isOld = /^\d{4}-\d\d-\d\d$/.test(name) && name < dateOf(nowMs - keptDays * dayMs);
    if (kind === 'directory' && isOld) folder.removeTree(joinPath(trashName, name));
  }
}

function dateOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function freePath(folder: HostFolder, path: string): string {
  if (folder.stat(path) === undefined) return path;
  for (let number = 2; ; number += 1) {
    const other = joinPath(parentOf(path), `${nameOf(path)} (${number})`);
    if (folder.stat(other) === undefined) return other;
  }
}
