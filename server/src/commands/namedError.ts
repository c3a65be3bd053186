import { isPondError } from '../base/error.ts';
import { displayPaths, namedFailure, namesResourceDirectory } from '../resources/displayPath.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { type FileSystem } from '../tinyfs/fs.ts';

/**
 * Returns the error of a command with resource names instead of UUIDs in its texts, and with the display path added; `at`
 * is the version that the command read. Any other error, and one without such a path, is returned as it is.
 */
export async function withNames(error: unknown, pond: ResourcePond, at: string | undefined): Promise<unknown> {
  if (!isPondError(error)) return error;
  const { message, hint, path } = error;
  if (![message, hint, path].some((text) => text !== undefined && namesResourceDirectory(text))) return error;
  try {
    const names = displayPaths(await treesOf(pond, at));
    return error.with(await namedFailure(error, names));
  } catch (other) {
    // The tree with the names is unreadable. The caller asked for something else, so its error counts.
    if (isPondError(other)) return error;
    throw other;
  }
}

/** The trees that may have the name: the requested version, the staged one, and the committed one. */
async function treesOf(pond: ResourcePond, at: string | undefined): Promise<readonly FileSystem[]> {
  return [...(at === undefined ? [] : [await pond.at(at)]), pond.fs, await pond.at('HEAD')];
}
