import { PondError } from '../base/error.ts';
import { type DisplayPaths } from '../resources/displayPath.ts';
import { hasWildcard } from '../tinyfs/glob.ts';
import { type NodePath, rootPath } from '../tinyfs/nodePath.ts';
import { dirname } from '../tinyfs/path.ts';
import { followIfPossible } from '../tinyfs/resolve.ts';
import { type VisitOptions } from '../tinyfs/visit.ts';
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';
import { exportNameProblem } from '../publish/export/manifest.ts';
import { parquetName } from '../publish/export/writeSet.ts';
import { matchless, type Skipped } from './skipped.ts';
import { existing } from './tree.ts';
import { type CommandContext, type Effects } from './verb.ts';

/** Parts of the context of a command that an export uses. */
export interface ExportJob extends Pick<CommandContext, 'signal' | 'progress'> {
  readonly effects: Pick<Effects, 'openDisk'>;
}

/** An item to write to the host: its node in the pond, and its path below the host directory. */
export interface ExportItem {
  readonly kind: 'item';
  readonly at: NodePath;
  readonly relativePath: string;
}

/** Items to export, and those that cannot be written. */
interface ExportPlan {
  readonly items: readonly ExportItem[];
  readonly skipped: readonly Skipped[];
}

/** A version of the pond, and the names of its resources. */
interface ExportedTree {
  readonly root: WorkingDirectory;
  readonly names: DisplayPaths;
}

/**
 * Plans an export of the paths, each directory before its content. A path keeps its last name; a match of a glob keeps
 * its path below the part of the glob without wildcards. A series or table becomes a Parquet file with that extension, and
 * the directory of a resource has its name. Links are replaced by the files they lead to. Another link to a directory is
 * followed only when it is named, and skipped elsewhere, as are dangling links, directories that cannot be listed, and names
 * that the host cannot have. Fails `invalid-path` where a path without wildcards names such an item, `not-found`, and
 * `already-exists` when two items would have the same name.
 */
export async function planExport(tree: ExportedTree, paths: readonly string[]): Promise<ExportPlan> {
  const items = new Map<string, ExportItem>();
  const skipped = new Map<string, Skipped>();
  for (const path of paths) {
    let isFirst = true;
    for await (const found of itemsOf(tree, path)) {
      const item = exportable(found);
      if (item.kind === 'skipped') {
        // The first item of a path is what it names, but for the root, which has no item.
        if (isFirst && !hasWildcard(path) && !/^\/*$/.test(path)) throw unexportable(item);
        skipped.set(item.path, item);
      }
      isFirst = false;
      if (item.kind === 'skipped') continue;
      const other = items.get(item.relativePath);
      if (other === undefined) items.set(item.relativePath, item);
      else if (other.at.path !== item.at.path) throw nameCollision(other, item);
    }
    if (isFirst && hasWildcard(path)) skipped.set(path, matchless(path));
  }
  return { items: [...items.values()], skipped: [...skipped.values()] };
}

/** The item itself, or why the host has no name for it. */
function exportable(item: ExportItem | Skipped): ExportItem | Skipped {
  const reason = item.kind === 'skipped' ? undefined : exportNameProblem(item.relativePath);
  return item.kind === 'skipped' || reason === undefined ? item : { kind: 'skipped', path: item.at.path, reason };
}

/** The error for what a path without wildcards names: unlike a match of a pattern, it is not left out. */
export function unexportable({ path, reason }: Skipped): PondError {
  return new PondError('invalid-path', `${path} cannot be exported: ${reason}`, {
    path,
    hint: 'Give it another name in the pond, or export what is there with a pattern, which leaves it out.',
  });
}

async function* itemsOf(tree: ExportedTree, path: string): AsyncIterable<ExportItem | Skipped> {
  const { root, names } = tree;
  if (!hasWildcard(path) || (await root.exists(path))) {
    const base = await names.path(dirname(path) === '.' ? '/' : dirname(path));
    yield* withContent(tree, await existing(root, path), { base, path });
    return;
  }
  const fixed = fixedPart(path);
  // Matches have real paths, even when the fixed part goes through a link: the name of a resource.
  const base = await names.path((await root.exists(fixed)) ? (await existing(root, fixed)).path : fixed);
  const unlisted: Skipped[] = [];
  for await (const { node } of root.visit(path, skipping(unlisted)))
    yield* withContent(tree, node, { base, path: node.path });
  yield* unlisted;
}

/** Path by which an entry was found; and, with names of resources, the one to which its path on the host is relative. */
interface Found {
  readonly base: string;
  readonly path: string;
}

/** An entry with everything below it. */
async function* withContent(
  tree: ExportedTree,
  at: NodePath,
  { base, path }: Found,
): AsyncIterable<ExportItem | Skipped> {
  for await (const item of itemsAt(tree, at, { base, path })) {
    // The root itself has no name.
    if (item.kind === 'skipped' || item.relativePath !== '') yield item;
  }
  if (!at.isDirectory) return;
  const unlisted: Skipped[] = [];
  for await (const child of tree.root.walk(at.path, skipping(unlisted))) {
    const childPath = path.replace(/\/+$/, '') + child.path.slice(at.path === '/' ? 0 : at.path.length);
    yield* itemsAt(tree, child, { base, path: childPath });
  }
  yield* unlisted;
}

/** Lets a visit or a walk continue past directories that cannot be listed, and adds those to `unlisted`. */
function skipping(unlisted: Skipped[]): VisitOptions {
  return {
    onUnlisted: ({ path }, { message }) => void unlisted.push({ kind: 'skipped', path, reason: message }),
  };
}

/** The item of an entry, or of the file that a link leads to. None for the name of a resource, which its directory has. */
async function* itemsAt(
  { root, names }: ExportedTree,
  at: NodePath,
  { base, path: foundPath }: Found,
): AsyncIterable<ExportItem | Skipped> {
  const path = await names.path(foundPath);
  const isBelow = base === '/' || path.startsWith(`${base}/`);
  const relativePath = path.slice(isBelow ? base.length : 0).replace(/^\/+|\/+$/g, '');
  if (at.node.type !== 'symlink') {
    yield { kind: 'item', at, relativePath: fileName(at, relativePath) };
    return;
  }
  const end = await followIfPossible(root.backend, rootPath(await root.backend.root()), at);
  if (end === undefined) yield { kind: 'skipped', path: at.path, reason: 'it is a link that leads nowhere' };
  else if (!end.isDirectory) yield { kind: 'item', at: end, relativePath: fileName(end, relativePath) };
  else if ((await names.path(end.path)) !== at.path)
    yield { kind: 'skipped', path: at.path, reason: 'it is a link to a directory' };
}

function fileName({ node }: NodePath, relativePath: string): string {
  return node.type === 'series' || node.type === 'table' ? parquetName(relativePath) : relativePath;
}

/** The directory where a glob starts: its components before the first wildcard. */
function fixedPart(glob: string): string {
  const components = glob.split('/');
  const first = components.findIndex(hasWildcard);
  return components.slice(0, first).join('/') || '/';
}

function nameCollision(a: ExportItem, b: ExportItem): PondError {
  const message = `${a.at.path} and ${b.at.path} would both be exported as ${a.relativePath}`;
  return new PondError('already-exists', message, { path: b.at.path, hint: 'Export them to different directories.' });
}
