/** Reads nodes by their paths: a backend knows no paths, and damage must say where it is. */
import { isPondError } from '../base/error.ts';
import { type Backend, type ByteRange, type Entry, type Node } from './backend.ts';

/** A node, and where it is. */
interface NodeAt {
  readonly path: string;
  readonly node: Node;
}

/** As Backend.list. A damaged directory fails `pond-damaged` with its path. */
export function entriesAt(backend: Backend, directory: NodeAt): Promise<readonly Entry[]> {
  return locatingDirectory(directory.path, () => backend.list(directory.node));
}

/** As Backend.lookup. A damaged directory fails `pond-damaged` with its path. */
export function entryAt(backend: Backend, directory: NodeAt, name: string): Promise<Node | undefined> {
  return locatingDirectory(directory.path, () => backend.lookup(directory.node, name));
}

/** As Backend.readlink. A damaged link fails `pond-damaged` with its path. */
export function targetAt(backend: Backend, link: NodeAt): Promise<string> {
  return locatingDamage(link.path, link.path, () => backend.readlink(link.node));
}

/** As Backend.read. Damaged content fails `pond-damaged` with its path and version. */
export function contentAt(backend: Backend, { path, node }: NodeAt, range?: ByteRange): AsyncIterable<Uint8Array> {
  return locatingEach(`${path}, version ${node.version}`, path, () => backend.read(node, range));
}

/** As Backend.versions. Damage before any of them fails `pond-damaged` with the path. */
export function versionsAt(backend: Backend, { path, node }: NodeAt): AsyncIterable<Node> {
  return locatingEach(path, path, () => backend.versions(node));
}

/** As locatingDamage, for each item of a read, which starts when the first is asked for. */
async function* locatingEach<T>(where: string, path: string, read: () => AsyncIterable<T>): AsyncIterable<T> {
  const items = read()[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await locatingDamage(where, path, () => items.next());
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await items.return?.();
  }
}

/** As locatingDamage, for reads of a directory. */
export function locatingDirectory<T>(path: string, read: () => Promise<T>): Promise<T> {
  return locatingDamage(`directory ${path}`, path, read);
}

/**
 * Returns the result of a read of the node at a path. Its `pond-damaged` errors begin with `where`; those that name no
 * damaged file of the pond's folder have the path of the node.
 */
export async function locatingDamage<T>(where: string, path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!isPondError(error, 'pond-damaged') || error.message.startsWith(`${where}:`)) throw error;
    throw error.with({ path: error.path ?? path, message: `${where}: ${error.message}` });
  }
}
