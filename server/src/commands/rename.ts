import { moveEntry } from '../apply/resourceMoves.ts';
import { type Command } from './context.ts';
import { nodeInfo } from './info.ts';
import { destination, existing } from './tree.ts';

/**
 * Stages a move of an entry, which keeps its id and versions; moving the name of a resource updates its document. Fails
 * as moveEntry.
 */
export const rename: Command<'rename'> = async (context, { pond: directory, from, to, overwrite, into = false }) => {
  const { fs } = await context.ponds.get(directory, 'write');
  const root = await fs.root();
  const target = into ? await destination(root, from, to) : to;
  await moveEntry(fs, from, target, { overwrite });
  return await nodeInfo(root, await existing(root, target, false));
};
