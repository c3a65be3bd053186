import { PondError } from '../base/error.ts';
import { hasWildcard } from '../tinyfs/glob.ts';
import { type NodePath, rootPath } from '../tinyfs/nodePath.ts';
import { dirname } from '../tinyfs/path.ts';
import { followIfPossible } from '../tinyfs/resolve.ts';
import { type WD } from '../tinyfs/workingDirectory.ts';
import { existing } from './tree.ts';

/** Something to write to the host: where it is in the pond, and where it goes below the host directory. */
export interface ExportItem {
  readonly at: NodePath;
  readonly relativePath: string;
}

/**
 * What an export of the paths writes, each directory before what is in it. A path keeps its last name, a match of a glob its
 * path below the part of the glob that has no wildcard. Links are replaced by the files they lead to; a link to a directory
 * is followed only where it is named. Fails `not-found`, `already-exists` when two items would have one name.
 */
export async function planExport(root: WD, paths: readonly string[]): Promise<readonly ExportItem[]> {
  const items = new Map<string, ExportItem>();
  for (const path of paths) {
    for await (const item of itemsOf(root, path)) {
      const other = items.get(item.relativePath);
      if (other === undefined) items.set(item.relativePath, item);
      else if (other.at.path !== item.at.path) throw sameName(other, item);
    }
  }
  return [...items.values()];
}

async function* itemsOf(root: WD, path: string): AsyncIterable<ExportItem> {
  if (!hasWildcard(path) || (await root.exists(path))) {
    yield* withContent(root, await existing(root, path, true), dirname(path) === '.' ? '/' : dirname(path), path);
    return;
  }
  const base = fixedPart(path);
  for await (const { node } of root.visit(path)) yield* withContent(root, node, base, node.path);
}

/** An entry named `path`, with all below it; names are cut off up to `base`. */
async function* withContent(root: WD, at: NodePath, base: string, path: string): AsyncIterable<ExportItem> {
  const file = await fileOf(root, at);
  if (file !== undefined) yield item(file, base, path);
  if (!at.isDirectory) return;
  if (item(at, base, path).relativePath !== '') yield item(at, base, path);
  for await (const child of root.walk(at.path)) {
    const childPath = path.replace(/\/+$/, '') + child.path.slice(at.path === '/' ? 0 : at.path.length);
    const childFile = await fileOf(root, child);
    if (childFile !== undefined || child.isDirectory) yield item(childFile ?? child, base, childPath);
  }
}

/** The file at an entry, or at the end of a link; undefined for a directory and where a link does not lead to a file. */
async function fileOf(root: WD, at: NodePath): Promise<NodePath | undefined> {
  if (at.isDirectory) return undefined;
  if (at.node.type !== 'symlink') return at;
  const end = await followIfPossible(root.backend, rootPath(await root.backend.root()), at);
  return end?.isDirectory === false ? end : undefined;
}

function item(at: NodePath, base: string, path: string): ExportItem {
  return { at, relativePath: path.slice(base.length).replace(/^\/+|\/+$/g, '') };
}

/** The directory that a glob starts from: its components before the first wildcard. */
function fixedPart(glob: string): string {
  const components = glob.split('/');
  const first = components.findIndex(hasWildcard);
  return components.slice(0, first).join('/') || '/';
}

function sameName(a: ExportItem, b: ExportItem): PondError {
  const message = `${a.at.path} and ${b.at.path} would both be exported as ${a.relativePath}`;
  return new PondError('already-exists', message, { path: b.at.path, hint: 'export them to different directories' });
}
