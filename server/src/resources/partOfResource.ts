import { isPondError } from '../base/error.ts';
import { type FileSystem } from '../tinyfs/fs.ts';
import { type NodePath } from '../tinyfs/nodePath.ts';
import { unreachableCodes } from '../tinyfs/resolve.ts';
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';
import { readResource, type StoredResource } from './readResource.ts';
import {
  idOfTarget,
  linkOf,
  parseDocumentPath,
  parseLink,
  parseResourcePath,
  type ResourceId,
} from './model/resourcePath.ts';

/** An entry of a tree that belongs to a resource: its name, which is a link, its directory, or its document. */
export interface PartOfResource {
  readonly part: 'name' | 'directory' | 'document';
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
  if (at === undefined) return undefined;
  const document = parseDocumentPath(at.path);
  if (document !== undefined) return await partOf('document', document);
  if (at.node.type !== 'symlink') {
    const directory = parseResourcePath(at.path);
    return directory?.below.length === 0 ? await partOf('directory', directory) : undefined;
  }
  const link = parseLink(at.path);
  if (link === undefined || linkOf(link) !== at.path) return undefined;
  const id = idOfTarget(link.kind, await root.readlink(at.path));
  const part = id === undefined ? undefined : await partOf('name', { kind: link.kind, id });
  return part?.home.resource === undefined || part.home.name === link.name ? part : undefined;

  async function partOf(part: PartOfResource['part'], { kind, id }: ResourceId): Promise<PartOfResource | undefined> {
    const home = await readResource(fs, kind, id);
    return home && { part, path: at!.path, home };
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
