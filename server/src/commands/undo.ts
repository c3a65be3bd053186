import { PondError } from '../base/error.ts';
import { type Change } from '../pond/change.ts';
import { type Commit } from '../pond/commitRecord.ts';
import { nameChanges } from '../resources/countedChanges.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { type Command } from './verb.ts';
import { changeInfo, commitInfo } from './info.ts';

/**
 * Undoes the latest commit: a new commit returns what it changed to the state before it. Fails `usage` for a commit that
 * changed nothing, and `conflict` where a staged change is in the way, or the latest commit is not of `number`.
 */
export const undo: Command<'undo'> = async (pond, { dryRun = false, number }, { effects }) => {
  const { head: undone } = pond;
  if (number !== undefined && undone.number !== number) throw otherCommit();
  const { parent } = undone;
  const [from, to] = [String(undone.number), String(parent ?? 0)];
  const changes = await pond.diff(from, to);
  if (parent === undefined || changes.length === 0) throw nothingToUndo(undone);
  refuseStaged(changes, (await pond.status()).staged);
  const named = await nameChanges(changes, await pond.at(from), await pond.at(to));
  const infos = { undone: commitInfo(undone), changes: named.map(changeInfo) };
  if (dryRun) return { ...infos, commit: null };
  const made = await commitUndone(pond, undone, parent, effects.author);
  return { ...infos, commit: commitInfo(made) };
};

async function commitUndone(
  pond: ResourcePond,
  undone: Commit,
  parent: NonNullable<Commit['parent']>,
  author: string,
): Promise<Commit> {
  const transaction = await pond.begin();
  try {
    if (pond.head.number !== undone.number) throw otherCommit();
    await transaction.restore(parent);
    const message = `Undo commit ${undone.number}: ${undone.message}`;
    const made = await transaction.commit({ message, author, operation: 'undo' });
    if (made === undefined) throw nothingToUndo(undone);
    return made;
  } finally {
    await transaction.abandon();
  }
}

const otherCommit = (): PondError => new PondError('conflict', 'another commit was made in the meantime');

function nothingToUndo({ number, operation, parent }: Commit): PondError {
  if (parent === undefined) return new PondError('usage', `commit ${number} created the pond: it cannot be undone`);
  const hint = operation === 'tag' ? { hint: "'pond tag -d NAME' deletes a tag, 'pond tag --force' moves one." } : {};
  return new PondError('usage', `commit ${number} changed no files: there is nothing to undo`, hint);
}

/** Fails `conflict` when a staged change is at, above or below a path that will change. */
function refuseStaged(changes: readonly Change[], staged: readonly Change[]): void {
  const [changed, edited] = [new Set(changes.flatMap(pathsOf)), new Set(staged.flatMap(pathsOf))];
  const above = new Set([...changed].flatMap(withParents));
  const inTheWay = [...edited].filter((path) => above.has(path) || withParents(path).some((one) => changed.has(one)));
  const [path] = inTheWay;
  if (path === undefined) return;
  const more = inTheWay.length === 1 ? '' : ` and ${inTheWay.length - 1} more`;
  throw new PondError('conflict', `${path}${more} has staged changes, and the commit to undo changed it too`, {
    path,
    hint: 'Commit or discard the staged changes there first.',
  });
}

/** A path and all above it but the root. */
function withParents(path: string): readonly string[] {
  const names = path.split('/').slice(1);
  return names.map((_, index) => `/${names.slice(0, index + 1).join('/')}`);
}

const pathsOf = ({ path, from }: Change): readonly string[] => (from === undefined ? [path] : [path, from]);
