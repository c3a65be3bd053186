import { type Command } from './verb.ts';
import { commitInfo } from './info.ts';

/**
 * Commits all staged changes. Fails `nothing-staged`, `conflict`, and `resource-invalid` for a staged document with
 * errors; everything stays staged then.
 */
export const commit: Command<'commit'> = async (pond, { message, author }, context) => {
  return commitInfo(await pond.commit({ message, author: author ?? context.effects.author }));
};
