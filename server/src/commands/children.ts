import { type ChildInfo } from '../protocol/commands.ts';
import { followIfPossible } from '../tinyfs/resolve.ts';
import { rootPath } from '../tinyfs/nodePath.ts';
import { type Command } from './verb.ts';
import { throwIfCancelled } from '../base/cancelled.ts';
import { rootAt } from './tree.ts';

/**
 * The names in a directory with their types, and nothing else that `list` reports: an editor requests a directory each
 * time it shows it, and transferring the answer takes most of the time. The path is not a pattern.
 */
export const children: Command<'children'> = async (pond, params, context) => {
  const root = await rootAt(pond, params.at);
  const infos: ChildInfo[] = [];
  for (const at of await root.list(params.path)) {
    const { type } = at.node;
    if (type !== 'symlink') {
      infos.push([at.basename, type]);
      continue;
    }
    throwIfCancelled(context.signal);
    const end = await followIfPossible(root.backend, rootPath(await root.backend.root()), at);
    infos.push(end === undefined ? [at.basename, type] : [at.basename, type, end.node.type]);
  }
  return infos;
};
