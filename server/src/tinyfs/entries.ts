/** Reads entries of a directory by its path: a backend knows no paths, and damage in one must say where it is. */
import { isPondError } from '../base/error.ts';
import { type Backend, type Entry, type Node } from './backend.ts';

/** A directory, and where it is. */
interface DirectoryAt {
  readonly path: string;
  readonly node: Node;
}

/** As Backend.list. A damaged directory fails `pond-damaged` with its path. */
export function entriesAt(backend: Backend, directory: DirectoryAt): Promise<readonly Entry[]> {
  return locatingDamage(directory, () => backend.list(directory.node));
}

/** As Backend.lookup. A damaged directory fails `pond-damaged` with its path. */
export function entryAt(backend: Backend, directory: DirectoryAt, name: string): Promise<Node | undefined> {
  return locatingDamage(directory, () => backend.lookup(directory.node, name));
}

async function locatingDamage<T>({ path }: DirectoryAt, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    // An error with a path names the damaged file of the pond's folder.
    if (!isPondError(error, 'pond-damaged') || error.path !== undefined) throw error;
    throw error.with({ path, message: `directory ${path}: ${error.message}` });
  }
}
