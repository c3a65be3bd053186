import { PondError } from '../base/error.ts';
import { type NamedChange, nameChanges } from '../resources/countedChanges.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { stagedScope } from './commit.ts';
import { type Command } from './verb.ts';

/**
 * Discards staged changes: those at or below the paths, through links, or all; a resource's together with its name's.
 * Returns their number, counted as in status. Fails `nothing-staged` when there are none, `conflict` when what is
 * staged does not have the `stagedHash`, and as restoreScope.
 */
export const discard: Command<'discard'> = async (pond, { paths, stagedHash }) => {
  const scope = paths && (await stagedScope(pond, paths));
  const before = await staged(pond);
  if ((await pond.discard(scope, stagedHash)) > 0) return { discarded: countGone(before, await staged(pond)) };
  const where = paths === undefined ? 'there is nothing to discard' : `nothing is staged at ${paths.join(', ')}`;
  throw new PondError('nothing-staged', where);
};

async function staged(pond: ResourcePond): Promise<readonly NamedChange[]> {
  return await nameChanges((await pond.status()).staged, await pond.at('HEAD'), pond.fs);
}

/** Number of discarded changes, as status counts them; a change is gone when any of its parts is. */
function countGone(before: readonly NamedChange[], after: readonly NamedChange[]): number {
  const key = ({ kind, path }: NamedChange): string => `${kind} ${path}`;
  const left = new Set(after.map(key));
  return new Set(before.filter((change) => !left.has(key(change))).map(({ path, partOf }) => partOf ?? path)).size;
}
