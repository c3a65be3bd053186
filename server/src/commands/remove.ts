import { type Command } from './context.ts';
import { workingTree } from './tree.ts';

/** Stages the removal of the paths, all or none; links themselves. Fails `not-found`, `directory-not-empty`. */
export const remove: Command<'remove'> = async (context, { pond, paths, recursive }) => {
  const root = await workingTree(context, pond);
  await root.backend.batch(async () => {
    for (const path of paths) await root.remove(path, { recursive });
  });
  return { removed: paths.length };
};
