import { type PondsCommand } from './verb.ts';

/** Creates a pond in a host directory, which need not exist. Fails `pond-exists`, and as requirePondDirectory. */
export const init: PondsCommand<'init'> = async (ponds, { directory }) => {
  const pond = await ponds.create(directory);
  return { pond: pond.directory, id: pond.id };
};
