import { isPondError, type PondError } from '../base/error.ts';
import { displayPaths, namesResourceDirectory } from '../resources/displayPath.ts';
import { type PondAccess, type PondsCommand } from './verb.ts';
import { type NamedCopy, RepairCopies } from './repairCopies.ts';

/** Restores damaged files of a pond from copies of it. Fails `lock-held` while another process writes the pond. */
export const repair: PondsCommand<'repair'> = async (ponds, { pond, copies: named = [] }, job = {}) => {
  const opened = new RepairCopies(ponds, pond, job.signal);
  try {
    const unusable = await openAll(opened, named);
    const { restored, refused, problems } = await ponds.repair(pond, opened.copies, job);
    return {
      problems: await withResourceNames(ponds, pond, problems),
      refused: [...unusable, ...refused],
      restored: restored.map(({ path, from, quarantined }) => ({
        ...{ path, from: from ?? null, quarantined: quarantined ?? null },
      })),
    };
  } finally {
    opened.close();
  }
};

/** Returns the problems with the names of resources, where the pond can be read far enough to find them. */
async function withResourceNames(
  ponds: PondAccess,
  directory: string,
  problems: readonly string[],
): Promise<readonly string[]> {
  if (!problems.some(namesResourceDirectory)) return problems;
  try {
    return await ponds.reading(directory, async (pond) => {
      const names = displayPaths([await pond.at('HEAD')]);
      return await Promise.all(problems.map((problem) => names.text(problem).catch(() => problem)));
    });
  } catch (error) {
    if (!isPondError(error) || error.code === 'cancelled') throw error;
    return problems;
  }
}

/** Opens copies. Returns why some of them cannot be used, as sentences; fails when none can. */
async function openAll(opened: RepairCopies, named: readonly NamedCopy[]): Promise<readonly string[]> {
  const failures: PondError[] = [];
  const refused: string[] = [];
  for (const one of named) {
    try {
      await opened.add(one);
    } catch (error) {
      if (!isPondError(error) || error.code === 'cancelled') throw error;
      failures.push(error);
      refused.push(`${typeof one === 'string' ? one : one.name} cannot be used: ${error.message}`);
    }
  }
  const [first] = failures;
  if (first !== undefined && failures.length === named.length) throw first;
  return refused;
}
