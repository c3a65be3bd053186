import { isPondError, PondError } from '../../server/src/base/error.ts';
import { suggest } from '../../server/src/base/suggest.ts';
import { atOf, isPattern } from './runner.ts';
import { type Session } from './session.ts';

/** Of a shorter name anything would be a slip. */
const nameMin = 3;

/** A directory with more names is not searched for what was meant. */
const namesMax = 10_000;

/** An error of a verb; where nothing is at a path of the pond, with what may have been meant as its hint. */
export async function withGuess(error: unknown, session: Session): Promise<unknown> {
  if (!isPondError(error, 'not-found') || error.hint !== undefined) return error;
  const { path, displayPath, message, position, cause } = error;
  const [, directory, name] = /^(.*)\/([^/]+)$/.exec(displayPath ?? path ?? '') ?? [];
  if (path === undefined || directory === undefined || name === undefined) return error;
  if (name.length < nameMin || isPattern(path)) return error;
  const guess = await nearest(session, directory === '' ? '/' : directory, name);
  if (guess === undefined) return error;
  const hint = `Did you mean "${directory}/${guess}"?`;
  return new PondError('not-found', message, {
    path,
    hint,
    cause,
    ...(displayPath === undefined ? {} : { displayPath }),
    ...(position === undefined ? {} : { position }),
  });
}

/** The name in a directory that is most like `name`; undefined where none is, or the directory cannot be listed. */
async function nearest(session: Session, directory: string, name: string): Promise<string | undefined> {
  try {
    const nodes = await session.ask('list', { path: directory, ...atOf(session.line) });
    return nodes.length > namesMax
      ? undefined
      : suggest(
          name,
          nodes.map((node) => node.name),
        );
  } catch (error) {
    if (isPondError(error)) return undefined;
    throw error;
  }
}
