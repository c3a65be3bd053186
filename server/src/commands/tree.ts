/** Functions shared by the commands on the tree. */
import { PondError } from '../base/error.ts';
import { type NodePath } from '../tinyfs/nodePath.ts';
import { joinPath, splitPath } from '../tinyfs/path.ts';
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';

/** The entry at the path. Fails `not-found`. */
export async function existing(root: WorkingDirectory, path: string, { followLinks = true } = {}): Promise<NodePath> {
  const at = await root.get(path, { followLinks });
  if (at === undefined) throw new PondError('not-found', `nothing is at ${path}`, { path });
  return at;
}

/**
 * Target of A in `cp A B` and `mv A B`: in B under its own name when B is a directory, else B. Fails `invalid-path` when
 * that is A itself, or with `followLinks` what A leads to.
 */
export async function destination(
  root: WorkingDirectory,
  { from, to, followLinks }: { readonly from: string; readonly to: string; readonly followLinks: boolean },
): Promise<string> {
  if (!(await root.exists(to))) return to;
  const at = await existing(root, to);
  const name = splitPath(from).steps.at(-1);
  const target = at.isDirectory && name !== undefined ? joinPath(at.path, name) : to;
  const [source, found] = [await root.get(from, { followLinks }), await root.get(target, { followLinks: false })];
  if (source !== undefined && source.path === found?.path) {
    throw new PondError('invalid-path', `${from} and ${target} are the same entry`, { path: source.path });
  }
  return target;
}
