import { randomUUID } from 'node:crypto';
import { isPondError, type PondError } from '../base/error.ts';
import { type Disk, type DiskFile } from './disk.ts';
import { joinPath, parentOf } from './diskPath.ts';

const temporaryPrefix = '.tmp-';

/** Content of a file, or its parts in order: a large one need not be in memory. */
type FileBytes = Uint8Array | Iterable<Uint8Array>;

/** Length of the parts that `readParts` yields, bytes. */
export const partBytes = 4 * 1024 * 1024;

/** Yields the bytes of a file from `start` to `end`, in parts; fewer where it ends before; none when it is missing. */
export function* readParts(
  disk: Pick<Disk, 'readRange'>,
  path: string,
  start: number,
  end: number,
): Iterable<Uint8Array> {
  for (let at = start; at < end; at += partBytes) {
    const part = disk.readRange(path, at, Math.min(end, at + partBytes));
    if (part === undefined || part.length === 0) return;
    yield part;
  }
}

/** True for the name of a file that an operation here was still writing; obsolete after a crash. */
export function isTemporaryName(name: string): boolean {
  return name.startsWith(temporaryPrefix);
}

/** Returns an unused path in `directory`. */
export function temporaryPathIn(directory: string): string {
  return joinPath(directory, `${temporaryPrefix}${randomUUID()}`);
}

/**
 * Creates the root folder of a disk where it is missing. Returns the error that prevents creating files in it, if any.
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
 * changing nothing, when the name is taken; after any other failure the file is removed.
 */
export function writeNew(disk: Disk, path: string, bytes: FileBytes): void {
  const file = disk.create(path);
  abandonOnFailure(disk, path, () => fillAndClose(file, bytes));
}

/**
 * Makes `path` a durable file of `bytes`, atomically: readers never see a part of it. Returns false, changing nothing,
 * when the name is taken. After an error the outcome is unknown (the name may exist): read it back.
 */
export function putIfAbsent(disk: Disk, path: string, bytes: Uint8Array): boolean {
  const temporary = temporaryPathIn(parentOf(path));
  writeNew(disk, temporary, bytes);
  const linked = abandonOnFailure(disk, temporary, () => disk.link(temporary, path));
  // The link decides the outcome: a leftover second name is harmless, and must not hide the outcome.
  removeQuietly(disk, temporary);
  if (linked) disk.syncDirectory(parentOf(path));
  return linked;
}

/** Replaces `path` durably with a file of `bytes`. After an error it holds either the old or the new content, whole. */
export function replaceFile(disk: Disk, path: string, bytes: FileBytes): void {
  const temporary = temporaryPathIn(parentOf(path));
  writeNew(disk, temporary, bytes);
  moveDurably(disk, temporary, path);
}

/**
 * Replaces `path` with a file of `bytes`, atomically but without a flush, for what can be computed again. Its directory
 * is created when missing.
 */
export function replaceUnflushed(disk: Disk, path: string, bytes: Uint8Array): void {
  const temporary = temporaryPathIn(parentOf(path));
  disk.makeDirectory(parentOf(path));
  const file = disk.create(temporary);
  abandonOnFailure(disk, temporary, () => {
    try {
      file.append(bytes);
    } finally {
      file.close();
    }
    disk.rename(temporary, path);
  });
}

/**
 * Writes `content` to `temporaryPath` in bounded memory, then moves it, whole, to the path that `finalPath` returns,
 * replacing any file there. `finalPath` is called after the content is written, so it may depend on it (a digest), and
 * may create the directory. Returns the size in bytes. After a failure the temporary file is removed.
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
 * Makes a directory with its missing parents, and their names durable. An existing directory may come from a process
 * that died before it was durable, so the parents are synced too, except for `known`: paths that this process made
 * durable earlier. `path` and its parents are added to it.
 */
export function makeDirectoryDurable(disk: Disk, path: string, known: Set<string> = new Set()): void {
  if (known.has(path)) return;
  disk.makeDirectory(path);
  const made: string[] = [];
  for (let at = path; at !== '' && !known.has(at); at = parentOf(at)) {
    disk.syncDirectory(parentOf(at));
    made.push(at);
  }
  // Only now: a path is durable once all its parents are.
  for (const at of made) known.add(at);
}

function moveDurably(disk: Disk, from: string, to: string): void {
  abandonOnFailure(disk, from, () => disk.rename(from, to));
  disk.syncDirectory(parentOf(to));
}

function fillAndClose(file: DiskFile, bytes: FileBytes): void {
  try {
    for (const part of bytes instanceof Uint8Array ? [bytes] : bytes) file.append(part);
    file.sync();
  } finally {
    file.close();
  }
}

/** Makes the content of a file durable; a later name then refers to all of it. */
export function flushFile(disk: Disk, path: string): void {
  const file = disk.openAppend(path);
  try {
    file.sync();
  } finally {
    file.close();
  }
}

/** Runs `work`; on failure, removes the file at `path`, which is unusable: a failed flush cannot be repeated. */
function abandonOnFailure<T>(disk: Disk, path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    removeQuietly(disk, path);
    throw error;
  }
}

/** Removes an unusable file; a failure would only hide the original error. */
export function removeQuietly(disk: Disk, path: string): void {
  try {
    disk.remove(path);
  } catch {
    // The name remains; isTemporaryName() recognizes it.
  }
}
