/** Functions shared by the commands on the tree. */
import { PondError } from '../base/error.ts';
import { type Pond } from '../pond/types.ts';
import { type FileSystem } from '../tinyfs/fs.ts';
import { type NodePath } from '../tinyfs/nodePath.ts';
import { joinPath, splitPath } from '../tinyfs/path.ts';
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';
import { type CommandContext } from './context.ts';

/** The tree of a pond opened for reading: the working tree, or that of a version. */
export async function fsAt(
  context: CommandContext,
  { pond, at }: { readonly pond: string; readonly at?: string },
): Promise<FileSystem> {
  const opened = await context.ponds.get(pond, 'read');
  return at === undefined ? opened.fs : await opened.at(at);
}

/** The root directory of the tree of `fsAt`. */
export async function treeAt(
  context: CommandContext,
  place: { readonly pond: string; readonly at?: string },
): Promise<WorkingDirectory> {
  return await (await fsAt(context, place)).root();
}

/** The root directory of the working tree of a pond opened for changes. */
export async function workingTree(context: CommandContext, pond: string): Promise<WorkingDirectory> {
  return (await context.ponds.get(pond, 'write')).fs.root();
}

/** The entry at the path. Fails `not-found`. */
export async function existing(root: WorkingDirectory, path: string, followLinks: boolean): Promise<NodePath> {
  const at = await root.get(path, { followLinks });
  if (at === undefined) throw new PondError('not-found', `nothing is at ${path}`, { path });
  return at;
}

/** Target of A in `cp A B` and `mv A B`: in B under its own name when B is a directory, else B. */
export async function destination(root: WorkingDirectory, from: string, to: string): Promise<string> {
  if (!(await root.exists(to))) return to;
  const at = await existing(root, to, true);
  const name = splitPath(from).steps.at(-1);
  return at.isDirectory && name !== undefined ? joinPath(at.path, name) : to;
}

/** Fails `cancelled` once the signal is aborted. */
export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new PondError('cancelled', 'the operation was cancelled');
}

/** The pond, after loading all commits made elsewhere so far. */
export async function upToDate<P extends Pond>(pond: P): Promise<P> {
  await pond.refresh();
  return pond;
}
