import { PondError } from '../../../base/error.ts';
import { type KindCommand } from '../../model/kindVerb.ts';
import { scribbleTree } from './tree.ts';

/** Probability of each type of entry. */
const probs = { tree: 0.2, table: 0.2, series: 0.2, data: 0.4 };

/**
 * Stages random entries below a directory, all or none; the directory is created when missing. In an empty one, the
 * same seed produces the same entries. Fails `usage` for counts that are not a range from 1.
 */
export const scribble: KindCommand<'scribble'> = async ({ fs }, { path, seed, countMin, countMax }, context) => {
  if (!(countMin >= 1 && countMax >= countMin)) {
    throw new PondError('usage', `expected a range from 1, got ${countMin} to ${countMax}`);
  }
  const { signal } = context;
  const progress = (entries: number): void => context.progress('scribbling', entries);
  const root = await fs.root();
  return await root.backend.batch(async () => {
    const directory = await root.createDirectory(path, { parents: true });
    const { files, entries } = await scribbleTree(directory, { seed, countMin, countMax, probs, signal, progress });
    return { files, directories: entries - files };
  });
};
