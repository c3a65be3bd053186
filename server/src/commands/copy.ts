import { copyEntry } from '../apply/resourceMoves.ts';
import { type Command } from './context.ts';
import { nodeInfo } from './info.ts';
import { destination } from './tree.ts';

/** Stages a copy of a file, or with `recursive` of a directory; no content is read or written. Fails as copyEntry. */
export const copy: Command<'copy'> = async (
  context,
  { pond: directory, from, to, recursive, overwrite, into = false },
) => {
  const { fs } = await context.ponds.get(directory, 'write');
  const root = await fs.root();
  const target = into ? await destination(root, from, to) : to;
  return await nodeInfo(root, await copyEntry(fs, from, target, { recursive, overwrite }));
};
