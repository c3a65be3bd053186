import { moveEntry } from '../apply/resourceMoves.ts';
import { type Command } from './verb.ts';
import { nodeInfo } from './info.ts';
import { destination, existing } from './tree.ts';

/**
 * Stages a move of an entry, which keeps its id and versions; moving the name of a resource updates its document. Fails
 * as moveEntry.
 */
export const rename: Command<'rename'> = async ({ fs }, { from, to, overwrite, into = false }) => {
  const root = await fs.root();
  const target = into ? await destination(root, from, to) : to;
  await moveEntry(fs, from, target, { overwrite });
  return await nodeInfo(root, await existing(root, target, false));
};
