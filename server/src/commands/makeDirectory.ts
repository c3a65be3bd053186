import { type Command } from './verb.ts';
import { nodeInfo } from './info.ts';
import { existing } from './tree.ts';

/**
 * Stages a directory; with `parents` also its missing ancestors, and an existing directory is fine. Fails
 * `already-exists`.
 */
export const makeDirectory: Command<'makeDirectory'> = async ({ fs }, { path, parents = false }) => {
  const root = await fs.root();
  const created = await root.createDirectory(path, { parents });
  return await nodeInfo(root, await existing(root, created.path));
};
