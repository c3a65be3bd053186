import { isPondError, PondError } from '../base/error.ts';
import { displayPaths, namesResourceDirectory } from '../resources/displayPath.ts';
import { type FileSystem } from '../tinyfs/fs.ts';
import { type PondAccess } from './context.ts';

/**
 * Returns the error of a command with resource names instead of UUIDs in its texts, and with the display path added.
 * Any other error, and one without such a path, is returned as it is.
 */
export async function withNames(
  error: unknown,
  { pond, at }: { readonly pond?: string; readonly at?: string },
  ponds: Pick<PondAccess, 'get'>,
): Promise<unknown> {
  if (!isPondError(error) || pond === undefined) return error;
  const { code, message, hint, path, position } = error;
  if (![message, hint, path].some((text) => text !== undefined && namesResourceDirectory(text))) return error;
  try {
    const names = displayPaths(await treesOf(await ponds.get(pond, 'read'), at));
    const displayPath = path === undefined ? undefined : await names.path(path);
    return new PondError(code, await names.text(message), {
      ...(path === undefined ? {} : { path }),
      ...(displayPath === undefined || displayPath === path ? {} : { displayPath }),
      ...(hint === undefined ? {} : { hint: await names.text(hint) }),
      ...(position === undefined ? {} : { position }),
      cause: error,
    });
  } catch (other) {
    // The tree with the names is unreadable, and that is not what the caller asked for.
    if (isPondError(other)) return error;
    throw other;
  }
}

/** The trees that may have the name: the requested version, the staged one, and the committed one. */
async function treesOf(
  pond: Awaited<ReturnType<PondAccess['get']>>,
  at: string | undefined,
): Promise<readonly FileSystem[]> {
  return [...(at === undefined ? [] : [await pond.at(at)]), pond.fs, await pond.at('HEAD')];
}
