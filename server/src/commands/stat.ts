import { type Command } from './context.ts';
import { nodeInfo } from './info.ts';
import { existing, treeAt } from './tree.ts';

/** What is at a path; a link itself unless `followLinks`. Fails `not-found`. */
export const stat: Command<'stat'> = async (context, params) => {
  const root = await treeAt(context, params);
  return await nodeInfo(root, await existing(root, params.path, params.followLinks ?? false));
};
