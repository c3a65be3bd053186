import { type Command } from './context.ts';
import { nodeInfo } from './info.ts';
import { destination, existing, workingTree } from './tree.ts';

/** Stages a move of an entry, which keeps its id and versions. Fails as WD.rename. */
export const rename: Command<'rename'> = async (context, { pond, from, to, overwrite, into = false }) => {
  const root = await workingTree(context, pond);
  const target = into ? await destination(root, from, to) : to;
  await root.rename(from, target, { overwrite });
  return await nodeInfo(root, await existing(root, target, false));
};
