import { readResources } from '../resources/readResource.ts';
import { selectResources } from '../resources/select.ts';
import { type Command } from './context.ts';

/** Stages the removal of resources with all their content, and of the links to them. Fails `resource-not-found`. */
export const deleteResources: Command<'deleteResources'> = async (context, { pond: directory, names }) => {
  const pond = await context.ponds.get(directory, 'write');
  const homes = selectResources(await readResources(pond.fs), names);
  const root = await pond.fs.root();
  await pond.fs.backend.batch(async () => {
    for (const { home } of homes) await root.remove(home, { recursive: true });
  });
  return { removed: homes.map(({ kind, name }) => `${kind.kind}/${name}`) };
};
