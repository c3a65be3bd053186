import { type Command } from './context.ts';
import { nodeInfo } from './info.ts';
import { destination, workingTree } from './tree.ts';

/**
 * Stages a copy of a file, or with `recursive` of a directory; no content is read or written. Fails as
 * WorkingDirectory.copy, and `invalid-path` for a resource in the directory of a kind.
 */
export const copy: Command<'copy'> = async (
  context,
  { pond: directory, from, to, recursive, overwrite, into = false },
) => {
  const root = await workingTree(context, directory);
  const target = into ? await destination(root, from, to) : to;
  return await nodeInfo(root, await root.copy(from, target, { recursive, overwrite }));
};
