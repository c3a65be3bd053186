import { displayPaths } from '../resources/displayPath.ts';
import { type Command } from './verb.ts';
import { throwIfCancelled } from '../base/cancelled.ts';
import { treeHashes } from './treeHash.ts';

/**
 * Recomputes the hashes of a version (HEAD) from its data; returns problems as sentences, none for a sound pond, and
 * hashes of the content of the version's resources.
 */
export const check: Command<'check'> = async (pond, { at }, context) => {
  const problems = await pond.check(at, (checked) => {
    throwIfCancelled(context.signal);
    context.progress('checking', checked);
  });
  const fs = await pond.at(at ?? 'HEAD');
  const names = displayPaths([fs]);
  const shown = await Promise.all(problems.map((problem) => names.text(problem)));
  return { problems: shown, trees: await treeHashes(pond, fs) };
};
