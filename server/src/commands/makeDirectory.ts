import { type Command } from './context.ts';
import { nodeInfo } from './info.ts';
import { existing, workingTree } from './tree.ts';

/**
 * Stages a directory; with `parents` also its missing ancestors, and an existing directory is fine. Fails
 * `already-exists`.
 */
export const makeDirectory: Command<'makeDirectory'> = async (context, { pond, path, parents = false }) => {
  const root = await workingTree(context, pond);
  const made = await root.createDirectory(path, { parents });
  return await nodeInfo(root, await existing(root, made.path, true));
};
