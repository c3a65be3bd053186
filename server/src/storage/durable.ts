import { randomUUID } from 'node:crypto';
import { isPondError, type PondError } from '../base/error.ts';
import { type Disk, type DiskFile } from './disk.ts';
import { joinPath, parentOf } from './diskPath.ts';

const temporaryPrefix = '.tmp-';

/** True for the name of a file that a recipe here was still writing; after a crash nobody needs it. */
export function isTemporaryName(name: string): boolean {
  return name.startsWith(temporaryPrefix);
}

/** A path in `directory` that no other file has. */
export function temporaryPathIn(directory: string): string {
  return joinPath(directory, `${temporaryPrefix}${randomUUID()}`);
}

/**
 * Makes the folder of a disk where it is missing. Returns what keeps files from being made in it; undefined for
 * nothing.
 */
export function refusalOf(disk: Disk): PondError | undefined {
  const probe = temporaryPathIn('');
  try {
    disk.makeDirectory('');
    disk.create(probe).close();
    disk.remove(probe);
    return undefined;
  } catch (error) {
    if (isPondError(error)) return error;
    throw error;
  }
}

/**
 * Writes and flushes a new file. Its name is durable only after the directory is synced. Fails `already-exists`,
 * changing nothing, when the name is taken; after any other failure the file is removed again.
 */
export function writeNew(disk: Disk, path: string, bytes: Uint8Array): void {
  const file = disk.create(path);
  abandonOnFailure(disk, path, () => fillAndClose(file, bytes));
}

/**
 * Makes `path` a durable file of `bytes`, at once: nobody ever sees a part of it. Returns false, changing nothing, when
 * the name is taken. After an error the outcome is open (the name may be there): read it back.
 */
export function putIfAbsent(disk: Disk, path: string, bytes: Uint8Array): boolean {
  const temporary = temporaryPathIn(parentOf(path));
  writeNew(disk, temporary, bytes);
  const linked = abandonOnFailure(disk, temporary, () => disk.link(temporary, path));
  // The outcome stands with the link: a second name that stays behind harms nobody, and must not hide the outcome.
  removeQuietly(disk, temporary);
  if (linked) disk.syncDirectory(parentOf(path));
  return linked;
}

/**
 * Makes `path` a durable file of `bytes`, in place of what was there. After an error either content may be there,
 * whole.
 */
export function replaceFile(disk: Disk, path: string, bytes: Uint8Array): void {
  const temporary = temporaryPathIn(parentOf(path));
  writeNew(disk, temporary, bytes);
  moveDurably(disk, temporary, path);
}

/**
 * Writes `content` to `temporaryPath` in bounded memory and then moves it, whole, to where `finalPath` says, replacing
 * what is there. `finalPath` is asked when the content is written, so it may depend on it (a digest), and may make the
 * directory. Returns the size in bytes. After a failure the temporary file is removed.
 */
export async function putStream(
  disk: Disk,
  temporaryPath: string,
  finalPath: () => string,
  content: AsyncIterable<Uint8Array>,
): Promise<number> {
  try {
    const sizeBytes = await disk.createFromStream(temporaryPath, content);
    moveDurably(disk, temporaryPath, finalPath());
    return sizeBytes;
  } catch (error) {
    removeQuietly(disk, temporaryPath);
    throw error;
  }
}

/**
 * Makes a directory with its missing parents, and their names durable. A directory that stands already may be the work
 * of a process that died before it was durable, so the parents are synced all the same, except for what is in `known`:
 * paths that this process made durable earlier. `path` and its parents are added to it.
 */
export function makeDirectoryDurable(disk: Disk, path: string, known: Set<string> = new Set()): void {
  if (known.has(path)) return;
  disk.makeDirectory(path);
  const made: string[] = [];
  for (let at = path; at !== '' && !known.has(at); at = parentOf(at)) {
    disk.syncDirectory(parentOf(at));
    made.push(at);
  }
  // Only now: a path is durable when all above it is.
  for (const at of made) known.add(at);
}

function moveDurably(disk: Disk, from: string, to: string): void {
  abandonOnFailure(disk, from, () => disk.rename(from, to));
  disk.syncDirectory(parentOf(to));
}

function fillAndClose(file: DiskFile, bytes: Uint8Array): void {
  try {
    file.append(bytes);
    file.sync();
  } finally {
    file.close();
  }
}

/** Makes what was written to a file durable; a name that it is then given stands for all of it. */
export function flushFile(disk: Disk, path: string): void {
  const file = disk.openAppend(path);
  try {
    file.sync();
  } finally {
    file.close();
  }
}

/** Runs `work`; when it fails, the file at `path` is of no use (a failed flush cannot be repeated) and is removed. */
function abandonOnFailure<T>(disk: Disk, path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    removeQuietly(disk, path);
    throw error;
  }
}

/** Removes a file that is of no use; a failure would only hide the one that matters. */
export function removeQuietly(disk: Disk, path: string): void {
  try {
    disk.remove(path);
  } catch {
    // The name stays; isTemporaryName() tells it from the others.
  }
}
