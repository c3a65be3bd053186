import { readResources } from '../resources/readResource.ts';
import { selectResources } from '../resources/select.ts';
import { type Command } from './verb.ts';

/** Stages the removal of resources with all their content, and of the links to them. Fails `resource-not-found`. */
export const deleteResources: Command<'deleteResources'> = async (pond, { names }) => {
  const selected = selectResources(await readResources(pond.fs), names);
  const root = await pond.fs.root();
  await pond.fs.backend.batch(async () => {
    for (const { home } of selected) await root.remove(home, { recursive: true });
  });
  return { removed: selected.map(({ kind, name }) => `${kind.kind}/${name}`) };
};
