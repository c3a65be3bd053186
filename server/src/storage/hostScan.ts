/**
 * Lists the files below a host folder with the state that shows whether they changed. No single failure ends the walk.
 */
import { type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { isPondError, type PondError } from '../base/error.ts';
import { fileAt, listFolder } from './hostTree.ts';
import { raise } from './storageError.ts';

/** Metadata of a host file, known without reading it. */
export interface HostFileState {
  readonly sizeBytes: number;
  /** Times of the last change of content and of metadata, milliseconds since 1970 UTC, with fractions. */
  readonly modifiedMs: number;
  readonly changedMs: number;
  /** Number of the file on its disk; it stays when the file is renamed. 0 where there is none. */
  readonly inode: number;
}

/** An item below a host folder. Host paths are absolute; `names` lead to it from the folder. */
export type HostFound =
  | {
      readonly kind: 'file';
      readonly hostPath: string;
      readonly names: readonly string[];
      readonly state: HostFileState;
    }
  /** A pond cannot hold it; the reason is for people, after the path and a colon. */
  | { readonly kind: 'skipped'; readonly hostPath: string; readonly names: readonly string[]; readonly reason: string }
  | {
      readonly kind: 'failed';
      readonly hostPath: string;
      readonly names: readonly string[];
      readonly error: PondError;
    };

/**
 * Yields everything below a host folder except folders, in order of names; `enter` selects the folders to visit. Links
 * to files count as files, wherever their targets are; links to folders are skipped, which avoids cycles.
 */
export function* scanHost(folder: string, enter: (names: readonly string[]) => boolean): Iterable<HostFound> {
  yield* scan(folder, [], enter);
}

function* scan(
  folder: string,
  above: readonly string[],
  enter: (names: readonly string[]) => boolean,
): Iterable<HostFound> {
  const listed = attempt(() => listFolder(folder));
  if ('error' in listed) {
    yield { kind: 'failed', hostPath: folder, names: above, error: listed.error };
    return;
  }
  for (const { name, isText, entry } of listed.value) {
    const hostPath = join(folder, name);
    const names = [...above, name];
    if (!isText) {
      yield { kind: 'skipped', hostPath, names, reason: 'its name is not UTF-8' };
      continue;
    }
    if (entry.isDirectory()) {
      if (enter(names)) yield* scan(hostPath, names, enter);
      continue;
    }
    const file = attempt(() => fileAt(hostPath, entry));
    if ('error' in file) yield { kind: 'failed', hostPath, names, error: file.error };
    else if (typeof file.value === 'string') yield { kind: 'skipped', hostPath, names, reason: file.value };
    else yield { kind: 'file', hostPath, names, state: stateOf(file.value) };
  }
}

function attempt<T>(work: () => T): { readonly value: T } | { readonly error: PondError } {
  try {
    return { value: work() };
  } catch (error) {
    if (isPondError(error)) return { error };
    throw error;
  }
}

/** Returns the state of the file at a host path; undefined when there is none. */
export function hostFileState(hostPath: string): HostFileState | undefined {
  const stats = statOf(hostPath);
  return stats?.isFile() === true ? stateOf(stats) : undefined;
}

/** True when a folder, or a link to one, is at the host path. */
export function isHostFolder(hostPath: string): boolean {
  return statOf(hostPath)?.isDirectory() === true;
}

function statOf(hostPath: string): Stats | undefined {
  try {
    return statSync(hostPath, { throwIfNoEntry: false });
  } catch (error) {
    return raise(error, 'stat', hostPath);
  }
}

function stateOf({ size, mtimeMs, ctimeMs, ino }: Stats): HostFileState {
  return { sizeBytes: size, modifiedMs: mtimeMs, changedMs: ctimeMs, inode: ino };
}
