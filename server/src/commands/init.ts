import { type Command } from './context.ts';

/** Makes a pond in a host directory, which need not exist. Fails `pond-exists`. */
export const init: Command<'init'> = async (context, { directory }) => {
  const pond = await context.ponds.create(directory);
  return { pond: pond.directory, id: pond.id };
};
