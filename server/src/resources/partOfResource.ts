import { isPondError } from '../base/error.ts';
import { type FileSystem } from '../tinyfs/fs.ts';
import { type NodePath } from '../tinyfs/nodePath.ts';
import { unreachableCodes } from '../tinyfs/resolve.ts';
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';
import { isKindName } from './model/kindNames.ts';
import { readResource, type StoredResource } from './readResource.ts';
import { documentName } from './model/resourcePath.ts';
import { isUuid } from '../documents/fieldTypes.ts';
import { idOfTarget } from './model/resourcePath.ts';

/** An entry of a tree that belongs to a resource: its name, which is a link, its directory, or its document. */
export interface PartOfResource {
  readonly part: 'name' | 'home' | 'document';
  /** Absolute, without links. */
  readonly path: string;
  readonly home: StoredResource;
}

/**
 * Returns the part of a resource at a path; undefined for any other entry or none. A link that differs from the name in
 * the document is an ordinary link, and so is one to a resource directory without a document.
 */
export async function partAt(fs: FileSystem, path: string): Promise<PartOfResource | undefined> {
  const root = await fs.root();
  const at = await entryAt(root, path);
  const [, kind = '', name = '', below, ...rest] = at?.path.split('/') ?? [];
  if (at === undefined || !isKindName(kind) || name === '' || rest.length > 0) return undefined;
  if (below !== undefined) return below === documentName ? await partOf('document', name) : undefined;
  if (at.node.type !== 'symlink') return await partOf('home', name);
  const part = await partOf('name', idOfTarget(kind, await root.readlink(at.path)) ?? '');
  return part?.home.resource === undefined || part.home.name === name ? part : undefined;

  async function partOf(what: PartOfResource['part'], id: string): Promise<PartOfResource | undefined> {
    const home = isUuid(id) ? await readResource(fs, kind, id) : undefined;
    return home && { part: what, path: at!.path, home };
  }
}

/** Returns the entry at a path without following a final link; undefined when it is missing or unreachable. */
export async function entryAt(root: WorkingDirectory, path: string): Promise<NodePath | undefined> {
  try {
    return await root.get(path, { followLinks: false });
  } catch (error) {
    if (isPondError(error) && unreachableCodes.has(error.code)) return undefined;
    throw error;
  }
}
