import { type Command } from './context.ts';
import { throwIfCancelled } from './tree.ts';

/** Recomputes the hashes of a version (HEAD) from its data; problems as sentences, none for a sound pond. */
export const check: Command<'check'> = async (context, { pond: directory, at }) => {
  const pond = await context.ponds.get(directory, 'read');
  const problems = await pond.check(at, (checked) => {
    throwIfCancelled(context.signal);
    context.progress('checking', checked);
  });
  return { problems, trees: [] };
};
