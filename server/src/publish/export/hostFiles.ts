/** Atomic writes of files in a folder; unchanged files stay untouched. */
import { createHash } from 'node:crypto';
import { PondError } from '../../base/error.ts';
import { type Disk } from '../../storage/disk.ts';
import { parentOf } from '../../storage/diskPath.ts';
import { removeQuietly, temporaryPathIn } from '../../storage/durable.ts';
import { isSpecialFile, linkBelow } from '../../storage/hostTree.ts';

/** Writes a new file at a temporary path on the disk. */
type WriteFile = (temporary: string) => Promise<void>;

/**
 * Writes the output of `write` to `path`, and creates its folders. Returns false, leaving the file untouched, when it
 * has that content already. Not flushed: a lost export can be repeated, and flushing many files is slow. Fails like
 * requirePlace.
 */
export async function placeFile(disk: Disk, directory: string, path: string, write: WriteFile): Promise<boolean> {
  const [changed] = await placeFiles(disk, directory, [path], ([temporary = '']) => write(temporary));
  return changed === true;
}

/** Like placeFile, for several files written at once; temporary paths are in the order of the paths. */
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
  const files = paths.map((path) => ({ path, temporary: temporaryPathIn(parentOf(path)) }));
  const changed: boolean[] = [];
  try {
    await write(files.map(({ temporary }) => temporary));
    for (const { path, temporary } of files) changed.push(await putInPlace(disk, directory, temporary, path));
    return changed;
  } catch (error) {
    for (const { temporary } of files.slice(changed.length)) removeQuietly(disk, temporary);
    throw error;
  }
}

async function putInPlace(disk: Disk, directory: string, temporary: string, path: string): Promise<boolean> {
  // A link is replaced by the file, whatever its target.
  if (linkBelow(directory, path) === undefined && (await haveSameBytes(disk, temporary, path))) {
    disk.remove(temporary);
    return false;
  }
  disk.rename(temporary, path);
  return true;
}

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Writes chunks to a new file. */
export async function writeChunks(disk: Disk, path: string, content: Chunks): Promise<void> {
  const file = disk.create(path);
  try {
    for await (const chunk of content) file.append(chunk);
  } finally {
    file.close();
  }
}

/**
 * Fails unless a file may be written at the path: `path-escapes` below a link, `is-a-directory`, `already-exists` for a
 * pipe or a device. Only a name that a person gives means the other end of one.
 */
export function requirePlace(disk: Disk, directory: string, path: string): void {
  requireInside(directory, parentOf(path));
  const host = disk.hostPath(path) ?? path;
  if (isSpecialFile(directory, path)) {
    throw new PondError('already-exists', `expected a file or nothing at ${host}, got a pipe or a device`, {
      path: host,
      hint: 'Remove it, or write to another folder.',
    });
  }
  if (linkBelow(directory, path) !== undefined || disk.stat(path)?.kind !== 'directory') return;
  throw new PondError('is-a-directory', `expected a file at ${host}, got a directory`, { path: host });
}

/** Fails `path-escapes` when the path below `directory` goes through a link. */
export function requireInside(directory: string, relativePath: string): void {
  const link = relativePath === '' ? undefined : linkBelow(directory, relativePath);
  if (link === undefined) return;
  throw new PondError('path-escapes', `${link} is a link and may lead out of ${directory}`, {
    path: link,
    hint: 'Remove the link, or write to another directory.',
  });
}

/** Content of a record in the folder of the disk; undefined when it is missing. Fails like requirePlace. */
export function readRecord(disk: Disk, name: string): Uint8Array | undefined {
  const directory = disk.hostPath('');
  if (directory !== undefined) requirePlace(disk, directory, name);
  return disk.readFile(name);
}

/**
 * Fails `path-escapes` when one of the folders to write, below `directory`, goes through a link; `not-a-directory` for
 * a file. Called before anything is written.
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
