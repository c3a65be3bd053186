import { type Command } from './verb.ts';
import { nodeInfo } from './info.ts';
import { destination, existing } from './tree.ts';

/**
 * Stages a move of an entry, which keeps its id and versions; moving the name of a resource updates its document. Fails
 * as WorkingDirectory.rename, `invalid-path` for an entry that must not move and for an invalid resource name, and
 * `resource-invalid` for the name of a resource whose document has errors.
 */
export const rename: Command<'rename'> = async ({ fs }, { from, to, overwrite, into = false }) => {
  const root = await fs.root();
  const target = into ? await destination(root, { from, to, followLinks: false }) : to;
  await root.rename(from, target, { overwrite });
  return await nodeInfo(root, await existing(root, target, { followLinks: false }));
};
