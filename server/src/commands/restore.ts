import { type Command } from './context.ts';
import { changeInfo } from './info.ts';

/** Stages the paths as they were at a version. Fails `version-not-found`, and `not-found` for a path in neither tree. */
export const restore: Command<'restore'> = async (context, { pond, paths, at }) => {
  return (await (await context.ponds.get(pond, 'write')).restore(paths, at)).map(changeInfo);
};
