/**
 * Search for nodes by pattern.
 *
 * - Order: each directory before its contents, entries in byte order of their names. A node matches once per path to
 *   it.
 * - Only directories that can still hold a match are read; a component without wildcards is looked up, not searched.
 * - A match is the entry itself: a link is returned as a link. Captures are of the path that the pattern walked, while
 *   a match below a link has its real path.
 * - A link to a directory is entered where a component other than `**` matches it. A dangling link is not. One to a
 *   directory that the visit is inside of fails `visit-loop`, unless it comes before the first wildcard. The state of a
 *   visit ends with it.
 */
import { isPondError, PondError } from '../base/error.ts';
import { matchPart } from '../base/globPart.ts';
import { type Backend, type Entry, type Node } from './backend.ts';
import { entriesAt, entryAt } from './entries.ts';
import { type Glob, matchNames, parseGlob } from './glob.ts';
import { type NodePath } from './nodePath.ts';
import { compareNames, joinPath } from './path.ts';
import { followIfPossible } from './resolve.ts';

export interface Visited {
  readonly node: NodePath;
  /** Absolute, as the pattern walked: through links. */
  readonly path: string;
  /** The text that each wildcard matched, left to right. */
  readonly captures: string[];
}

/** Maximum depth of directories that are walked through: that of a path. */
const depthMax = 255;

/** Options of a visit or a walk. */
export interface VisitOptions {
  /**
   * Called for each directory that cannot be listed, which is then skipped. Without it, the visit or walk fails there.
   */
  readonly onUnlisted?: (directory: NodePath, error: PondError) => void;
}

/** Yields the matches of the pattern, which starts at `start`. Fails `invalid-path`, `path-escapes`, `visit-loop`. */
export async function* visit(
  backend: Backend,
  start: NodePath,
  pattern: string,
  options: VisitOptions,
): AsyncIterable<Visited> {
  const glob = parseGlob(pattern);
  if (glob.absolute && start.path !== '/') {
    throw new PondError('path-escapes', `${pattern} leads out of ${start.path}`, { path: pattern });
  }
  if (glob.parts.length === 0) yield { node: start, path: start.path, captures: [] };
  else
    yield* visitDirectory({ backend, start, glob, options }, start, {
      positions: positionsFrom(glob, 0),
      names: [],
      inside: [],
    });
}

/** Yields everything below a directory, links as links. Fails where the directory itself cannot be listed. */
export async function* walk(backend: Backend, directory: NodePath, options: VisitOptions): AsyncIterable<NodePath> {
  const entries = await entriesAt(backend, directory);
  yield* withAllBelow(backend, directory, entries, { ...options, inside: [directory.node.id] });
}

async function* withAllBelow(
  backend: Backend,
  directory: NodePath,
  entries: readonly Entry[],
  options: VisitOptions & { readonly inside: readonly string[] },
): AsyncIterable<NodePath> {
  for (const { name, node } of entries) {
    const child = directory.child(name, node);
    yield child;
    if (!child.isDirectory) continue;
    const { inside } = options;
    const found = await listed(child, options, () => {
      checkOutside(inside, child.node, child.path);
      return entriesAt(backend, child);
    });
    yield* withAllBelow(backend, child, found, { ...options, inside: [...inside, child.node.id] });
  }
}

/**
 * Fails `pond-damaged` for a directory inside itself, and for one deeper than any path: `inside` are the ids of its
 * ancestors. No change makes one, and a traversal would never end, or end the program.
 */
export function checkOutside(inside: readonly string[], { id }: Node, path: string): void {
  if (inside.length > depthMax) {
    const start = `${path.slice(0, 100)}…`;
    throw new PondError('pond-damaged', `directories are nested more than ${depthMax} deep at ${start}`, {
      path: start,
    });
  }
  if (inside.includes(id)) throw new PondError('pond-damaged', `the directory ${path} is inside of itself`, { path });
}

/** Returns the entries of a directory; none when it cannot be listed and the caller wants to continue. */
async function listed(
  directory: NodePath,
  { onUnlisted }: VisitOptions,
  list: () => Promise<readonly Entry[]>,
): Promise<readonly Entry[]> {
  try {
    return await list();
  } catch (error) {
    if (onUnlisted === undefined || !isPondError(error) || error.code === 'cancelled') throw error;
    onUnlisted(directory, error);
    return [];
  }
}

interface Visit {
  readonly backend: Backend;
  readonly start: NodePath;
  readonly glob: Glob;
  readonly options: VisitOptions;
}

interface Progress {
  /** The parts of the pattern that the next name may match. */
  readonly positions: readonly number[];
  /** From the start, as the pattern walked. */
  readonly names: readonly string[];
  /** Ids of the directories searched on the way here. */
  readonly inside: readonly string[];
}

async function* visitDirectory(visit: Visit, directory: NodePath, progress: Progress): AsyncIterable<Visited> {
  const literals = literalNames(visit.glob, progress.positions);
  if (progress.inside.includes(directory.node.id)) {
    throw new PondError('visit-loop', `${directory.path} is visited from inside itself`, { path: directory.path });
  }
  checkOutside(progress.inside, directory.node, directory.path);
  const inside = literals !== undefined && progress.inside.length === 0 ? [] : [...progress.inside, directory.node.id];
  const found = await listed(directory, visit.options, () => candidates(visit.backend, directory, literals));
  for (const { name, node } of found) {
    const child = directory.child(name, node);
    const names = [...progress.names, name];
    const next = advance(visit.glob, progress.positions, name);
    const captures = next.matched ? matchNames(visit.glob, names) : undefined;
    if (captures !== undefined) yield { node: child, path: joinPath(visit.start.path, ...names), captures };
    const positions = node.type === 'symlink' ? next.named : [...next.named, ...next.deep];
    if (positions.length === 0) continue;
    const target = node.type === 'symlink' ? await followIfPossible(visit.backend, visit.start, child) : child;
    if (target?.isDirectory) yield* visitDirectory(visit, target, { positions, names, inside });
  }
}

/** Returns the names when only names without wildcards can match next, otherwise undefined. */
function literalNames(glob: Glob, positions: readonly number[]): string[] | undefined {
  const names = new Set<string>();
  for (const position of positions) {
    const part = glob.parts[position];
    if (part?.kind !== 'name') return undefined;
    names.add(part.name);
  }
  return [...names].sort(compareNames);
}

async function candidates(
  backend: Backend,
  directory: NodePath,
  literals: readonly string[] | undefined,
): Promise<readonly Entry[]> {
  if (literals === undefined) return entriesAt(backend, directory);
  const found: Entry[] = [];
  for (const name of literals) {
    const node = await entryAt(backend, directory, name);
    if (node !== undefined) found.push({ name, node });
  }
  return found;
}

/**
 * Returns the next positions of the pattern below a name: `deep` positions were reached through a `**`, `named` ones
 * otherwise.
 */
function advance(
  glob: Glob,
  positions: readonly number[],
  name: string,
): { readonly matched: boolean; readonly named: readonly number[]; readonly deep: readonly number[] } {
  const last = glob.parts.length - 1;
  const named = new Set<number>();
  const deep = new Set<number>();
  let matched = false;
  for (const position of positions) {
    const part = glob.parts[position];
    if (part === undefined) continue;
    const isDeep = part.kind === 'deep';
    if (!isDeep && matchPart(part, name) === undefined) continue;
    if (position === last) matched = true;
    if (isDeep) for (const next of positionsFrom(glob, position)) deep.add(next);
    else for (const next of positionsFrom(glob, position + 1)) named.add(next);
  }
  return { matched, named: [...named], deep: [...deep].filter((position) => !named.has(position)) };
}

/** Returns the position and those after it that an empty `**` lets pass; none past the end. */
function positionsFrom(glob: Glob, position: number): number[] {
  const positions: number[] = [];
  for (let at = position; at < glob.parts.length; at++) {
    positions.push(at);
    if (glob.parts[at]?.kind !== 'deep') break;
  }
  return positions;
}
