import { type Command } from './context.ts';
import { requirePondPlace } from './hostPaths.ts';

/** Creates a pond in a host directory, which need not exist. Fails `pond-exists`, and as requirePondPlace. */
export const init: Command<'init'> = async (context, { directory }) => {
  requirePondPlace(directory);
  const pond = await context.ponds.create(directory);
  return { pond: pond.directory, id: pond.id };
};
