import { PondError } from '../base/error.ts';
import { scribbleTree } from '../resources/kinds/scribble/tree.ts';
import { type Command } from './context.ts';
import { workingTree } from './tree.ts';

/** Probability of each type of entry. */
const probs = { tree: 0.2, table: 0.2, series: 0.2, data: 0.4 };

/**
 * Stages random entries below a directory, all or none; the directory is created when missing. In an empty one, the
 * same seed produces the same entries. Fails `usage` for counts that are not a range from 1.
 */
export const scribble: Command<'scribble'> = async (context, { pond, path, seed, countMin, countMax }) => {
  if (!(countMin >= 1 && countMax >= countMin)) {
    throw new PondError('usage', `expected a range from 1, got ${countMin} to ${countMax}`);
  }
  const { signal, progress } = context;
  const root = await workingTree(context, pond);
  return await root.backend.batch(async () => {
    const directory = await root.createDirectory(path, { parents: true });
    const made = await scribbleTree(directory, {
      seed,
      countMin,
      countMax,
      probs,
      signal,
      progress: (entries) => progress('scribbling', entries),
    });
    return { files: made.files, directories: made.entries - made.files };
  });
};
