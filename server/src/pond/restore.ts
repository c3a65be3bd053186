import { PondError } from '../base/error.ts';
import { type Backend, type DirectoryPath } from '../tinyfs/backend.ts';
import { type FileSystem } from '../tinyfs/fs.ts';
import { type PondNode, pondNode } from './node.ts';
import { type PathStates } from './stagedChanges.ts';
import { isUnder } from '../tinyfs/path.ts';
import { type Change } from './change.ts';

/** Returns the changes at or below the paths, or from there; all of them without paths. */
export function changesUnder(changes: readonly Change[], paths: readonly string[] = []): readonly Change[] {
  if (paths.length === 0) return changes;
  return changes.filter(({ path, from }) => isUnder(path, paths) || (from !== undefined && isUnder(from, paths)));
}

/** Fails `not-found` for a path that none of the trees has: comparing or restoring it is a mistake. */
export async function refuseMissing(paths: readonly string[], trees: readonly FileSystem[]): Promise<void> {
  const roots = await Promise.all(trees.map((tree) => tree.root()));
  for (const path of paths) {
    const found = await Promise.all(roots.map((root) => root.get(path, { followLinks: false })));
    if (found.every((node) => node === undefined)) {
      throw new PondError('not-found', `nothing is at ${path}, and nothing was in that version`, { path });
    }
  }
}

/** A tree in which earlier states of nodes can be staged. */
interface RestoredTree extends Backend {
  /** Puts the type, content and attributes of a node of the pond, as the next version of what is there. */
  putCopy(at: DirectoryPath, name: string, source: PondNode): Promise<void>;
}

/**
 * Stages the older side of the differences: additions are removed, removals are restored, and modified files get the
 * old content as their next version. Directories precede their content, so parents exist.
 */
export async function stageOldStates(tree: RestoredTree, states: readonly PathStates[]): Promise<void> {
  await tree.batch(async () => {
    for (const state of states) await stageOldState(tree, state);
  });
}

async function stageOldState(tree: RestoredTree, { path, before }: PathStates): Promise<void> {
  const names = path.slice(1).split('/');
  const name = names.pop()!;
  const directory = await directoryAt(tree, names, before !== undefined);
  if (directory === undefined) return;
  const present = await tree.lookup(directory[directory.length - 1]!, name);
  if (present !== undefined && present.type !== before?.type) await tree.remove(directory, name);
  if (before === undefined) return;
  if (before.type === 'directory')
    await tree.put(directory, name, { type: 'directory', attributes: before.attributes });
  else await tree.putCopy(directory, name, pondNode(before));
}

/**
 * The directory of those names; links are not followed, since the paths of a difference are real ones. With `make`,
 * missing directories are created. Undefined when there is no directory: its content was removed with it. Fails
 * `not-a-directory` with `make`.
 */
export async function directoryAt(
  tree: Backend,
  names: readonly string[],
  make: boolean,
): Promise<DirectoryPath | undefined> {
  let path: DirectoryPath = [await tree.root()];
  for (const name of names) {
    const found = await tree.lookup(path[path.length - 1]!, name);
    const next = found ?? (make ? await tree.put(path, name, { type: 'directory' }) : undefined);
    if (next?.type !== 'directory') {
      if (!make) return undefined;
      throw new PondError('not-a-directory', `a ${next?.type} is at /${names.join('/')}, or above it`, {
        path: `/${names.join('/')}`,
        hint: 'Restore what is above it too.',
      });
    }
    path = [...path, next];
  }
  return path;
}
