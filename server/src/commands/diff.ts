import { type Command } from './context.ts';
import { changeInfo } from './info.ts';
import { upToDate } from './tree.ts';

/** Differences from a version (HEAD) to another (the working tree), in path order. Fails `version-not-found`. */
export const diff: Command<'diff'> = async (context, { pond: directory, from = 'HEAD', to, paths }) => {
  const pond = await upToDate(await context.ponds.get(directory, 'read'));
  return (await pond.diff(from, to, paths)).map(changeInfo);
};
