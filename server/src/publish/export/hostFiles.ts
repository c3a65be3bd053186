/** Files that appear in a folder whole or not at all, and stay untouched where they are the same. */
import { createHash } from 'node:crypto';
import { PondError } from '../../base/error.ts';
import { type Disk } from '../../storage/disk.ts';
import { parentOf } from '../../storage/diskPath.ts';
import { removeQuietly, temporaryPathIn } from '../../storage/durable.ts';
import { linkBelow } from '../../storage/hostTree.ts';

/** Writes a file of a folder, given the path for it on the disk; nothing is there before. */
export type WriteFile = (temporary: string) => Promise<void>;

/**
 * Makes `path` what `write` writes, and its folders. Returns false when the file was there with that content: it is
 * left as it is. Not flushed: what is lost with the power can be exported again, and flushing each of many files takes
 * long. Fails `path-escapes` where a link would lead out of the folder, `is-a-directory`.
 */
export async function placeFile(disk: Disk, directory: string, path: string, write: WriteFile): Promise<boolean> {
  const [changed] = await placeFiles(disk, directory, [path], ([temporary = '']) => write(temporary));
  return changed === true;
}

/** As placeFile, for several files that are written at once, each at the path that stands in its place. */
export async function placeFiles(
  disk: Disk,
  directory: string,
  paths: readonly string[],
  write: (temporaries: readonly string[]) => Promise<void>,
): Promise<readonly boolean[]> {
  for (const path of paths) {
    requirePlace(disk, directory, path);
    disk.makeDirectory(parentOf(path));
  }
  const temporaries = paths.map((path) => temporaryPathIn(parentOf(path)));
  const changed: boolean[] = [];
  try {
    await write(temporaries);
    for (const [index, path] of paths.entries()) {
      changed.push(await putInPlace(disk, directory, temporaries[index] ?? '', path));
    }
    return changed;
  } catch (error) {
    for (const temporary of temporaries.slice(changed.length)) removeQuietly(disk, temporary);
    throw error;
  }
}

async function putInPlace(disk: Disk, directory: string, temporary: string, path: string): Promise<boolean> {
  // A link is replaced by the file, whatever it leads to.
  if (linkBelow(directory, path) === undefined && (await haveSameBytes(disk, temporary, path))) {
    disk.remove(temporary);
    return false;
  }
  disk.rename(temporary, path);
  return true;
}

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Writes a new file of chunks. */
export async function writeChunks(disk: Disk, path: string, content: Chunks): Promise<void> {
  const file = disk.create(path);
  try {
    for await (const chunk of content) file.append(chunk);
  } finally {
    file.close();
  }
}

/** Fails unless a file may be written at the path: `path-escapes` below a link, `is-a-directory`. */
export function requirePlace(disk: Disk, directory: string, path: string): void {
  requireInside(directory, parentOf(path));
  if (linkBelow(directory, path) !== undefined || disk.stat(path)?.kind !== 'directory') return;
  const host = disk.hostPath(path) ?? path;
  throw new PondError('is-a-directory', `expected a file at ${host}, got a directory`, { path: host });
}

/** Fails `path-escapes` when the path below `directory` goes through a link. */
export function requireInside(directory: string, relativePath: string): void {
  const link = relativePath === '' ? undefined : linkBelow(directory, relativePath);
  if (link === undefined) return;
  throw new PondError('path-escapes', `${link} is a link and may lead out of ${directory}`, {
    path: link,
    hint: 'remove the link, or write to another directory',
  });
}

/**
 * Fails `path-escapes` when one of the folders below `directory`, in which files will be written, goes through a link;
 * and `not-a-directory` where a file is. Asked before anything is written.
 */
export function requireFolders(disk: Disk, directory: string, folders: readonly string[]): void {
  for (const folder of folders) {
    requireInside(directory, folder);
    if (disk.stat(folder)?.kind !== 'file') continue;
    const host = disk.hostPath(folder) ?? folder;
    throw new PondError('not-a-directory', `expected a folder at ${host}, got a file`, { path: host });
  }
}

async function haveSameBytes(disk: Disk, a: string, b: string): Promise<boolean> {
  if (disk.stat(a)?.sizeBytes !== disk.stat(b)?.sizeBytes) return false;
  return (await hashOf(disk, a)) === (await hashOf(disk, b));
}

async function hashOf(disk: Disk, path: string): Promise<string | undefined> {
  const content = disk.readStream(path);
  if (content === undefined) return undefined;
  const hash = createHash('sha256');
  for await (const chunk of content) hash.update(chunk);
  return hash.digest('hex');
}
