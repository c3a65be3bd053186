import { type Command } from './verb.ts';
import { nodeInfo } from './info.ts';

/** Stages a symbolic link; its target need not exist. Fails `already-exists`. */
export const link: Command<'link'> = async ({ fs }, { target, path }) => {
  const root = await fs.root();
  return await nodeInfo(root, await root.createSymlink(path, target));
};
