/** Entries that a path of a command stands for. */
import { isPondError, type PondError } from '../base/error.ts';
import { hasWildcard } from '../tinyfs/glob.ts';
import { type NodePath } from '../tinyfs/nodePath.ts';
import { joinPath, splitPath } from '../tinyfs/path.ts';
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';
import { existing } from './tree.ts';

interface Listed {
  readonly at: NodePath;
  /** Goes through the same links as the listing. */
  readonly path: string;
  /** Reason why the directory is not listed. Reported after its entry, and possibly twice. */
  readonly problem?: PondError;
}

/**
 * Yields the entries of a directory, or with `recursive` everything below it; the matches of a glob; else the one entry at
 * the path. A link at the end is followed if it leads to a directory. Fails `not-found` for a path, not for a glob.
 */
export async function* pathEntries(
  root: WorkingDirectory,
  path: string,
  { recursive }: { readonly recursive: boolean },
): AsyncIterable<Listed> {
  // An entry of exactly that name takes precedence over the matches of the name as a pattern.
  const named = hasWildcard(path) ? await resolved(root, path) : await existing(root, path, { followLinks: false });
  if (named === undefined) {
    yield* matches(root, path, recursive);
    return;
  }
  const end = named.node.type === 'symlink' ? await resolved(root, path) : named;
  const requested = requestedPath(path);
  if (!end?.isDirectory) yield { at: named, path: requested ?? named.path };
  else if (recursive) yield* below(root, end, requested ?? end.path);
  else for (const at of await root.list(end.path)) yield { at, path: joinPath(requested ?? end.path, at.basename) };
}

async function* matches(root: WorkingDirectory, pattern: string, recursive: boolean): AsyncIterable<Listed> {
  const unlisted: Listed[] = [];
  const onUnlisted = (at: NodePath, problem: PondError): void => void unlisted.push({ at, path: at.path, problem });
  for await (const { node: at, path } of root.visit(pattern, { onUnlisted })) {
    yield { at, path };
    if (recursive && at.isDirectory) yield* below(root, at, path);
  }
  yield* unlisted;
}

/** Everything below a directory. Fails as the directory itself. */
async function* below(root: WorkingDirectory, top: NodePath, requested: string): AsyncIterable<Listed> {
  const requestedFor = (at: NodePath): string =>
    joinPath(requested, ...splitPath(at.path.slice(top.path.length)).steps);
  const unlisted: Listed[] = [];
  const onUnlisted = (at: NodePath, problem: PondError): void =>
    void unlisted.push({ at, path: requestedFor(at), problem });
  for await (const at of root.walk(top.path, { onUnlisted })) yield { at, path: requestedFor(at) };
  yield* unlisted;
}

/** The path in its requested form, absolute; undefined for one that goes up. */
function requestedPath(path: string): string | undefined {
  const { steps } = splitPath(path);
  return steps.includes('..') ? undefined : joinPath('/', ...steps);
}

/** Target of the path; undefined when it leads nowhere. */
async function resolved(root: WorkingDirectory, path: string): Promise<NodePath | undefined> {
  try {
    return await root.get(path);
  } catch (error) {
    if (isPondError(error)) return undefined;
    throw error;
  }
}
