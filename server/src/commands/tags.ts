import { type CommitInfo } from '../protocol/commands.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { type Command } from './verb.ts';
import { commitInfo } from './info.ts';

/** The tags in the latest commit, in the order of their names. */
export const tags: Command<'tags'> = async (pond) => {
  const found = [...(await pond.tags())];
  return await Promise.all(
    found.map(async ([name, number]) => ({ name, commit: await commitOf(pond, String(number)) })),
  );
};

/** Names a version. Fails `version-not-found`, `already-exists`, and `usage` for a name that cannot be a tag. */
export const setTag: Command<'setTag'> = async (pond, { name, at = 'HEAD', force = false }, { effects }) => {
  const { number } = await pond.resolve(at);
  const message = `Tag commit ${number} as ${name}`;
  await pond.changeTag({ name, commit: number, force }, { message, author: effects.author, operation: 'tag' });
  return { name, commit: await commitOf(pond, String(number)) };
};

/** Deletes a tag. Fails `version-not-found`. */
export const deleteTag: Command<'deleteTag'> = async (pond, { name }, { effects }) => {
  const request = { message: `Delete tag ${name}`, author: effects.author, operation: 'tag' };
  await pond.changeTag({ name, commit: undefined, force: false }, request);
  return null;
};

async function commitOf(pond: ResourcePond, version: string): Promise<CommitInfo> {
  return commitInfo(await pond.resolve(version));
}
