import { isPondError, PondError } from '../base/error.ts';
import { type Backend, type DirectoryPath } from '../tinyfs/backend.ts';
import { FS } from '../tinyfs/fs.ts';
import { type NodePath } from '../tinyfs/nodePath.ts';
import { type WD } from '../tinyfs/workingDirectory.ts';
import { pondNode, type PondNode } from './node.ts';
import { type Change } from './types.ts';
import { pairRenames, type PathStates } from './stagedChanges.ts';

/** A working tree that can also take over content that the pond has already. */
export interface RestorableTree extends Backend {
  /** Stages a node with the content of another one, any version of any node, without reading it. */
  putCopy(directory: DirectoryPath, name: string, source: PondNode): Promise<void>;
}

/** True when `path` is one of `paths` or below one. '/' is above all. */
export function isUnder(path: string, paths: readonly string[]): boolean {
  return paths.some((above) => above === '/' || path === above || path.startsWith(`${above}/`));
}

/** Fails `not-found` for a path that none of the trees has: nothing to restore there is a mistake. */
export async function refuseMissing(paths: readonly string[], trees: readonly FS[]): Promise<void> {
  const roots = await Promise.all(trees.map((tree) => tree.root()));
  for (const path of paths) {
    const found = await Promise.all(roots.map((root) => root.get(path, { followLinks: false })));
    if (found.every((node) => node === undefined)) {
      throw new PondError('not-found', `${path} is neither there nor in that version`, { path });
    }
  }
}

/**
 * Stages the older side of the differences: what was added since goes, what was removed comes back, what was modified gets
 * the old content as its next version. Directories come before what is in them, so parents are there. Returns the changes.
 */
export async function stageOldStates(tree: RestorableTree, states: readonly PathStates[]): Promise<readonly Change[]> {
  const fs = new FS(tree);
  await tree.batch(async () => {
    for (const state of states) await stageOldState(fs, tree, state);
  });
  return pairRenames(states.map(({ path, before, after }) => ({ path, before: after, after: before })));
}

async function stageOldState(fs: FS, tree: RestorableTree, { path, before }: PathStates): Promise<void> {
  const root = await fs.root();
  const present = await presentAt(root, path);
  if (present !== undefined && present.node.type !== before?.type)
    await tree.remove(parentChain(present), present.basename);
  if (before === undefined) return;
  const parent = (await root.get(path.slice(0, path.lastIndexOf('/')) || '/'))!;
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (before.type === 'directory')
    await tree.put(parent.chain, name, { type: 'directory', attributes: before.attributes });
  else await tree.putCopy(parent.chain, name, pondNode(before));
}

/** Undefined also below what was a directory and is a file again: that went with the directory. */
async function presentAt(root: WD, path: string): Promise<NodePath | undefined> {
  try {
    return await root.get(path, { followLinks: false });
  } catch (error) {
    if (isPondError(error, 'not-a-directory')) return undefined;
    throw error;
  }
}

const parentChain = (node: NodePath): DirectoryPath => node.parent()!.chain;
