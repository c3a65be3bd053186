import { type Command } from './context.ts';
import { nodeInfo } from './info.ts';
import { workingTree } from './tree.ts';

/** Stages a symbolic link; its target need not exist. Fails `already-exists`. */
export const link: Command<'link'> = async (context, { pond, target, path }) => {
  const root = await workingTree(context, pond);
  return await nodeInfo(root, await root.createSymlink(path, target));
};
