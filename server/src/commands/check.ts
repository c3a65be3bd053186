import { displayPaths } from '../resources/displayPath.ts';
import { type Command } from './verb.ts';
import { throwIfCancelled } from '../base/cancelled.ts';
import { treeHashes } from './treeHash.ts';

/**
 * Checks the whole history, or one version with `at`; returns problems as sentences, none for a sound pond, and hashes of
 * the content of the version's resources.
 */
export const check: Command<'check'> = async (pond, { at, quick }, context) => {
  const onProgress = (checked: number, total?: number): void => {
    throwIfCancelled(context.signal);
    context.progress('checking', checked, total);
  };
  const { problems, checked } =
    at === undefined
      ? await pond.checkHistory({ isQuick: quick === true, onProgress })
      : { problems: await pond.check(at, onProgress), checked: undefined };
  const fs = await pond.at(at ?? 'HEAD');
  const names = displayPaths([fs]);
  // The names of resources may be what is damaged.
  const shown = await Promise.all(problems.map((problem) => names.text(problem).catch(() => problem)));
  // The hashes need the contents that were just found damaged, or that a quick check leaves alone.
  const trees = quick === true || problems.length > 0 ? [] : await treeHashes(pond, fs);
  return { problems: shown, ...(checked && { checked }), trees };
};
