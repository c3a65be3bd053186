import { isPondError } from '../../server/src/base/error.ts';
import { didYouMean } from '../../server/src/base/suggest.ts';
import { atOf, isPattern } from './runner.ts';
import { type Session } from './verb.ts';

/** Shorter names are too similar to any other. */
const nameMin = 3;

/** Larger directories are not searched for similar names. */
const namesMax = 10_000;

/** Returns a verb's error; for a missing pond path, with the most similar name as its hint. */
export async function withGuess(error: unknown, session: Session): Promise<unknown> {
  if (!isPondError(error, 'not-found') || error.hint !== undefined) return error;
  const { path, displayPath } = error;
  const [, directory, name] = /^(.*)\/([^/]+)$/.exec(displayPath ?? path ?? '') ?? [];
  if (path === undefined || directory === undefined || name === undefined) return error;
  if (name.length < nameMin || isPattern(path)) return error;
  const hint = await nearest(session, directory, name);
  return hint === undefined ? error : error.with({ hint });
}

/**
 * Returns the hint for the name in a directory most similar to `name`; undefined without one, or if the directory cannot
 * be listed. `directory` is '' for the root.
 */
async function nearest(session: Session, directory: string, name: string): Promise<string | undefined> {
  try {
    const nodes = await session.call('list', { path: directory === '' ? '/' : directory, ...atOf(session.line) });
    return nodes.length > namesMax
      ? undefined
      : didYouMean(
          name,
          nodes.map((node) => node.name),
          `${directory}/`,
        );
  } catch (error) {
    if (isPondError(error)) return undefined;
    throw error;
  }
}
