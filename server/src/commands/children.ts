import { type ChildInfo } from '../protocol/commands.ts';
import { idOfTarget, kindAt, resourceDirectory } from '../resources/model/resourcePath.ts';
import { type Backend } from '../tinyfs/backend.ts';
import { followIfPossible } from '../tinyfs/resolve.ts';
import { type NodePath, rootPath } from '../tinyfs/nodePath.ts';
import { type Command } from './verb.ts';
import { throwIfCancelled } from '../base/cancelled.ts';
import { rootAt } from '../pond/treeAt.ts';

/**
 * The names in a directory with their types, and nothing else that `list` reports: an editor requests a directory each
 * time it shows it, and transferring the answer takes most of the time. A resource is listed once, by its name: its
 * directory is left out where a link names it. The path is not a pattern.
 */
export const children: Command<'children'> = async (pond, params, context) => {
  const root = await rootAt(pond, params.at);
  const infos: ChildInfo[] = [];
  const entries = await root.list(params.path);
  const named = await namedDirectories(root.backend, entries);
  for (const at of entries) {
    const { type } = at.node;
    if (type !== 'symlink') {
      if (!named.has(at.path)) infos.push([at.basename, type]);
      continue;
    }
    throwIfCancelled(context.signal);
    const end = await followIfPossible(root.backend, rootPath(await root.backend.root()), at);
    infos.push(end === undefined ? [at.basename, type] : [at.basename, type, end.node.type]);
  }
  return infos;
};

/** Paths of the resource directories to which a link among the entries leads; empty outside of a kind's directory. */
async function namedDirectories(backend: Backend, entries: readonly NodePath[]): Promise<ReadonlySet<string>> {
  const named = new Set<string>();
  for (const { path, node } of entries) {
    const kind = path.split('/').length === 3 ? kindAt(path) : undefined;
    if (kind === undefined) return named;
    const id = node.type === 'symlink' ? idOfTarget(kind, await backend.readlink(node)) : undefined;
    if (id !== undefined) named.add(resourceDirectory({ kind, id }));
  }
  return named;
}
