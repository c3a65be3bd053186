import { isPondError, PondError } from '../base/error.ts';
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';
import {
  documentPath,
  idOfTarget,
  kindDirectory,
  linkOf,
  resourceDirectory,
  type ResourceId,
} from '../resources/model/resourcePath.ts';

/** Target of a document. */
export interface ExistingResource {
  /** UUID of the resource of that name; undefined without one. */
  readonly id: string | undefined;
  /** The existing document; undefined when the resource directory or the document is missing. */
  readonly text: string | undefined;
}

/**
 * Returns a tree's resource of that name. A link to a removed resource directory still reserves the name for its id.
 * Fails `already-exists` when something other than a resource is in the way, `not-a-directory` for a kind's directory.
 */
export async function findExisting(root: WorkingDirectory, kind: string, name: string): Promise<ExistingResource> {
  const directory = await root.get(kindDirectory(kind), { followLinks: false });
  if (directory === undefined) return { id: undefined, text: undefined };
  if (!directory.isDirectory) {
    const { path, node } = directory;
    const message = `expected the directory of a kind at ${path}, got a ${node.type}`;
    throw new PondError('not-a-directory', message, { path });
  }
  const path = linkOf({ kind, name });
  const link = await root.get(path, { followLinks: false });
  if (link === undefined) return { id: undefined, text: undefined };
  if (link.node.type !== 'symlink') throw inTheWay(path, `a ${link.node.type}`);
  const id = idOfTarget(kind, await root.readlink(path));
  if (id === undefined) throw inTheWay(path, 'a link to something else');
  return { id, text: await documentText(root, { kind, id }) };
}

async function documentText(root: WorkingDirectory, resource: ResourceId): Promise<string | undefined> {
  const directory = await root.get(resourceDirectory(resource), { followLinks: false });
  if (directory === undefined) return undefined;
  if (!directory.isDirectory) throw inTheWay(directory.path, `a ${directory.node.type}`);
  const document = await root.get(documentPath(resource), { followLinks: false });
  if (document === undefined) return undefined;
  if (document.node.type !== 'file') throw inTheWay(document.path, `a ${document.node.type}`);
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(await root.readFile(document.path));
}

function inTheWay(path: string, what: string): PondError {
  return new PondError('already-exists', `${what} that is not a resource is at ${path}`, {
    path,
    hint: 'Move it away, or call the resource something else.',
  });
}

/** True for the failures of findExisting: an entry of the pond is in the way, and the pond itself works. */
export function isInTheWay(error: unknown): error is PondError {
  return isPondError(error, 'already-exists') || isPondError(error, 'not-a-directory');
}
