import { displayPaths } from '../resources/displayPath.ts';
import { type Command } from './verb.ts';
import { nodeInfo } from './info.ts';
import { existing, treeAt } from './tree.ts';

/** The entry at a path; a link itself unless `followLinks`. Fails `not-found`. */
export const stat: Command<'stat'> = async (pond, params) => {
  const fs = await treeAt(pond, params.at);
  const root = await fs.root();
  const info = await nodeInfo(root, await existing(root, params.path, params.followLinks ?? false));
  const displayPath = await displayPaths([fs]).path(info.path);
  return displayPath === info.path ? info : { ...info, displayPath };
};
