import { displayPaths } from '../resources/displayPath.ts';
import { type Command } from './context.ts';
import { throwIfCancelled } from './tree.ts';
import { treeHashes } from './treeHash.ts';

/**
 * Recomputes the hashes of a version (HEAD) from its data; returns problems as sentences, none for a sound pond, and
 * hashes of the content of the version's resources.
 */
export const check: Command<'check'> = async (context, { pond: directory, at }) => {
  const pond = await context.ponds.get(directory, 'read');
  const problems = await pond.check(at, (checked) => {
    throwIfCancelled(context.signal);
    context.progress('checking', checked);
  });
  const fs = await pond.at(at ?? 'HEAD');
  const names = displayPaths([fs]);
  const shown = await Promise.all(problems.map((problem) => names.text(problem)));
  return { problems: shown, trees: await treeHashes(pond, fs) };
};
