/**
 * Resolution of a path to a node.
 *
 * Rules:
 * - The walk keeps a stack that starts with the working directory. A name pushes, '..' pops, and popping the working
 *   directory itself is `path-escapes`, also by a relative link.
 * - An absolute path is only for the root; given to another working directory it is `path-escapes`.
 * - A link is replaced by its target, but '..' after it returns to the directory that contains the link.
 * - The target of a link is relative to the real directory of the link, so it means the same by whichever path the link
 *   was reached; an absolute target starts at the root of the file system.
 * - In a target 'x/..' cancels textually; in a given path, x must exist.
 * - A link in a link, ten deep, resolves; the eleventh is `symlink-loop`. A dangling link is `not-found`, and nothing
 *   can be created through it.
 */
import { isPondError, PondError } from '../base/error.ts';
import { type Backend } from './backend.ts';
import { entryAt, targetAt } from './entries.ts';
import { type NodePath, rootPath } from './nodePath.ts';
import { joinPath, normalizePath, splitPath } from './path.ts';

const linkDepthMax = 10;
/** Maximum number of links on one path. Without it, nested links would cost their number to the power of ten. */
const linksMax = 256;

/** Result of a resolution. `rest` are the components that follow the missing name. */
export type Resolution = { readonly kind: 'found'; readonly at: NodePath } | Missing;

interface Missing {
  readonly kind: 'missing';
  readonly parent: NodePath;
  readonly name: string;
  readonly rest: readonly string[];
}

interface Walk {
  readonly backend: Backend;
  /** Start of the path: the working directory. */
  readonly start: NodePath;
  /** True: what is below a dangling link, or below a file, is missing. False: it is an error. */
  readonly missingBelow: boolean;
  linksLeft: number;
}

/**
 * Resolves `path` from a directory. With `followLast` false, a link at the very end is itself the result.
 *
 * Fails `not-a-directory`, `path-escapes`, `invalid-path`, `symlink-loop`, and `not-found` for a dangling link.
 */
export async function resolvePath(
  backend: Backend,
  start: NodePath,
  path: string,
  followLast: boolean,
): Promise<Resolution> {
  const { absolute, steps } = splitPath(path);
  if (absolute && start.path !== '/') throw escapes(path, start);
  const walk = { backend, start, missingBelow: false, linksLeft: linksMax };
  return walkSteps(walk, start, steps, { depth: 0, followLast, path });
}

/**
 * Like resolvePath from the root, but a path through a dangling link or a file is missing: at the real path where the
 * tree would have it. Fails `path-escapes`, `invalid-path`, `symlink-loop`.
 */
export async function resolveReal(backend: Backend, path: string, followLast: boolean): Promise<Resolution> {
  const start = rootPath(await backend.root());
  const walk = { backend, start, missingBelow: true, linksLeft: linksMax };
  return walkSteps(walk, start, splitPath(path).steps, { depth: 0, followLast, path });
}

/** Like resolvePath, but a missing path fails `not-found` with that path. */
export async function resolveExisting(
  backend: Backend,
  start: NodePath,
  path: string,
  followLast: boolean,
): Promise<NodePath> {
  const resolution = await resolvePath(backend, start, path, followLast);
  if (resolution.kind === 'missing') throw missingError(resolution);
  return resolution.at;
}

/** Returns the target of a link when it can be followed to the end, otherwise undefined. */
export async function followIfPossible(
  backend: Backend,
  start: NodePath,
  link: NodePath,
): Promise<NodePath | undefined> {
  try {
    const end = await follow({ backend, start, missingBelow: true, linksLeft: linksMax }, link, 0);
    return end.kind === 'found' ? end.at : undefined;
  } catch (error) {
    if (isPondError(error) && unreachableCodes.has(error.code)) return undefined;
    throw error;
  }
}

/** Codes of a path that leads nowhere. */
export const unreachableCodes: ReadonlySet<string> = new Set([
  'not-found',
  'not-a-directory',
  'symlink-loop',
  'path-escapes',
  'invalid-path',
]);

/** Returns the error for a path that leads nowhere, naming the first missing component. */
export function missingError(missing: { readonly parent: NodePath; readonly name: string }): PondError {
  const path = joinPath(missing.parent.path, missing.name);
  return new PondError('not-found', `nothing is at ${path}`, { path });
}

/** Returns the error for a node that is not the directory required there. */
export function notDirectoryError(at: NodePath): PondError {
  return new PondError('not-a-directory', `expected a directory at ${at.path}, got a ${at.node.type}`, {
    path: at.path,
  });
}

interface WalkOptions {
  /** Nesting depth of the links being followed. */
  readonly depth: number;
  readonly followLast: boolean;
  /** The whole text, for messages. */
  readonly path: string;
}

async function walkSteps(
  walk: Walk,
  from: NodePath,
  steps: readonly string[],
  options: WalkOptions,
): Promise<Resolution> {
  const stack = [from];
  for (const [index, step] of steps.entries()) {
    const top = stack.at(-1) ?? from;
    const rest = steps.slice(index + 1);
    if (!top.isDirectory) {
      if (!walk.missingBelow || step === '..') throw notDirectoryError(top);
      return { kind: 'missing', parent: top, name: step, rest };
    }
    if (step === '..') {
      stack.pop();
      if (stack.length === 0) throw escapes(options.path, walk.start);
      continue;
    }
    const node = await entryAt(walk.backend, top, step);
    if (node === undefined) return { kind: 'missing', parent: top, name: step, rest };
    const child = top.child(step, node);
    const isFollowed = node.type === 'symlink' && (rest.length > 0 || options.followLast);
    const end: Resolution = isFollowed ? await follow(walk, child, options.depth) : { kind: 'found', at: child };
    if (end.kind === 'missing') return { ...end, rest: [...end.rest, ...rest] };
    stack.push(end.at);
  }
  return { kind: 'found', at: stack.at(-1) ?? from };
}

async function follow(walk: Walk, link: NodePath, depth: number): Promise<Resolution> {
  const target = await targetAt(walk.backend, link);
  if (depth >= linkDepthMax || walk.linksLeft-- <= 0) {
    throw new PondError('symlink-loop', `too many links: ${link.path} leads on to ${target}`, { path: target });
  }
  const { absolute, up, names } = normalizePath(target);
  const base = absolute
    ? climb(walk, rootPath(await walk.backend.root()), up, target)
    : climb(walk, parentOf(link), up, target);
  const resolution = await walkSteps(walk, base, names, { depth: depth + 1, followLast: true, path: target });
  if (resolution.kind === 'missing' && !walk.missingBelow) {
    throw new PondError('not-found', `the link ${link.path} leads to ${target}, where nothing is`, { path: target });
  }
  return resolution;
}

/** Moves up from a directory. The working directory bounds paths inside it, the root all others. */
function climb(walk: Walk, from: NodePath, up: number, target: string): NodePath {
  let at = from;
  for (let step = 0; step < up; step++) {
    const parent = at.path === walk.start.path ? undefined : at.parent();
    if (parent === undefined) throw escapes(target, walk.start);
    at = parent;
  }
  return at;
}

function parentOf(link: NodePath): NodePath {
  const parent = link.parent();
  if (parent === undefined) throw new Error(`a root is a ${link.node.type}`);
  return parent;
}

function escapes(path: string, start: NodePath): PondError {
  return new PondError('path-escapes', `${path} leads out of ${start.path}`, { path });
}
