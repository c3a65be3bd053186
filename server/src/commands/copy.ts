import { type Command } from './verb.ts';
import { nodeInfo } from './info.ts';
import { destination } from './tree.ts';

/**
 * Stages a copy of a file, or with `recursive` of a directory; no content is read or written. Fails as
 * WorkingDirectory.copy, and `invalid-path` for a resource in the directory of a kind, and for a copy onto
 * itself in a terminal.
 */
export const copy: Command<'copy'> = async ({ fs }, { from, to, recursive, overwrite, into = false }) => {
  const root = await fs.root();
  const target = into ? await destination(root, { from, to, followLinks: true }) : to;
  return await nodeInfo(root, await root.copy(from, target, { recursive, overwrite }));
};
