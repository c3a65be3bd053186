/**
 * Meaning of a path to the verbs that compare trees or look back: what it leads to in a tree, through all links in it, the
 * last one too. A link that changed between two trees is part of the difference itself. A link that leads in circles, or
 * out of the tree, means itself.
 */
import { isPondError, PondError } from '../base/error.ts';
import { type Node } from './backend.ts';
import { type FileSystem } from './fs.ts';
import { joinPath, normalizePath } from './path.ts';
import { type Resolution, resolveReal, unreachableCodes } from './resolve.ts';

/** Target of a path in one tree. */
export interface RealPath {
  /** Absolute, without links: where the path leads, whether or not the tree has a node there. */
  readonly path: string;
  /** The node there; undefined when the tree has none. */
  readonly node: Node | undefined;
  /** The last component: the link itself if it is one, else the same as `path` and `node`. */
  readonly last: { readonly path: string; readonly node: Node | undefined };
  /** The first component that the tree does not have; undefined when it has all. */
  readonly missing: string | undefined;
  /** Why the components on the way could not be followed, such as links in circles. */
  readonly problem: PondError | undefined;
}

/** Returns what the path leads to. Fails `invalid-path`. */
export async function realPath({ backend }: FileSystem, path: string): Promise<RealPath> {
  const last = await located(() => resolveReal(backend, path, false));
  if (last instanceof PondError) {
    const textual = joinPath('/', ...normalizePath(path).names);
    const nowhere = { path: textual, node: undefined };
    return { ...nowhere, last: nowhere, missing: undefined, problem: last };
  }
  const end = last.node?.type === 'symlink' ? await located(() => resolveReal(backend, path, true)) : last;
  return { ...(end instanceof PondError ? last : end), last, problem: undefined };
}

type Located = Pick<RealPath, 'path' | 'node' | 'missing'>;

async function located(resolve: () => Promise<Resolution>): Promise<Located | PondError> {
  try {
    const found = await resolve();
    if (found.kind === 'found') return { path: found.at.path, node: found.at.node, missing: undefined };
    const missing = joinPath(found.parent.path, found.name);
    return { path: joinPath(missing, ...found.rest), node: undefined, missing };
  } catch (error) {
    if (isPondError(error) && error.code !== 'invalid-path' && unreachableCodes.has(error.code)) return error;
    throw error;
  }
}

/** Returns the real paths at which two trees differ in what the paths mean. Fails `not-found` for one in neither tree. */
export async function comparedPaths(
  paths: readonly string[],
  older: FileSystem,
  newer: FileSystem,
): Promise<readonly string[]> {
  const all = new Set<string>();
  for (const path of paths) {
    const [before, after] = await inBoth(path, older, newer);
    for (const one of [before.path, after.path, ...changedLink(before, after)]) all.add(one);
  }
  return [...all];
}

/**
 * Returns the real paths to bring back to an earlier state, so that the paths lead to what they led to in it: the link
 * itself if it changed since, and where it led then. Fails `not-found` for a path in neither tree.
 */
export async function earlierPaths(
  paths: readonly string[],
  earlier: FileSystem,
  working: FileSystem,
): Promise<readonly string[]> {
  return (await Promise.all(paths.map((path) => earlierPathsOf(path, earlier, working)))).flat();
}

async function earlierPathsOf(path: string, earlier: FileSystem, working: FileSystem): Promise<readonly string[]> {
  const [before, after] = await inBoth(path, earlier, working);
  const link = changedLink(before, after);
  if (before.node !== undefined) return [before.path, ...link];
  // A link that was not there goes, and what it leads to now stays.
  return link.length > 0 ? link : [after.path];
}

/**
 * Returns the real paths of the staged changes that paths mean. A link that is staged itself means the link alone:
 * discarding it must not discard the changes of its target.
 */
export async function stagedPaths(
  paths: readonly string[],
  head: FileSystem,
  working: FileSystem,
): Promise<readonly string[]> {
  return (await Promise.all(paths.map((path) => stagedPathsOf(path, head, working)))).flat();
}

async function stagedPathsOf(path: string, head: FileSystem, working: FileSystem): Promise<readonly string[]> {
  const [before, after] = [await realPath(head, path), await realPath(working, path)];
  const link = changedLink(before, after);
  if (link.length > 0) return link;
  return after.node === undefined ? [before.path, after.path] : [after.path];
}

async function inBoth(path: string, older: FileSystem, newer: FileSystem): Promise<readonly [RealPath, RealPath]> {
  const both = [await realPath(older, path), await realPath(newer, path)] as const;
  if (both.some(({ last }) => last.node !== undefined)) return both;
  throw (
    both[1].problem ?? new PondError('not-found', `nothing is at ${path}, and nothing was in that version`, { path })
  );
}

/** The path of a link that only one tree has, or that the trees have with different targets; else none. */
function changedLink({ last: before }: RealPath, { last: after }: RealPath): readonly string[] {
  if (before.path !== after.path || (before.node?.type !== 'symlink' && after.node?.type !== 'symlink')) return [];
  return before.node?.type === after.node?.type && before.node?.sha256 === after.node?.sha256 ? [] : [after.path];
}
