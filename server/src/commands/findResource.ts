import { isPondError } from '../base/error.ts';
import { type Pond } from '../pond/types.ts';
import { type Resource } from '../resources/model/kind.ts';
import { invalidError, readResources, type StoredResource } from '../resources/readResource.ts';
import { selectResource } from '../resources/select.ts';
import { type FileSystem } from '../tinyfs/fs.ts';
import { stagedError } from './stagedOnly.ts';

/** Returns a checked resource of a kind in a tree. Fails `resource-not-found`, `resource-invalid`. */
export async function findResource(tree: FileSystem, kind: string, name: string): Promise<Resource> {
  const stored = (await readResources(tree)).filter((one) => one.kind.kind === kind);
  const found = select(stored, kind, name);
  if (found.resource === undefined) throw invalidError(found);
  return found.resource;
}

/** Returns a checked resource of a kind in the latest commit. Fails as findResource; the error says when it is staged. */
export async function findCommitted(pond: Pick<Pond, 'at' | 'fs'>, kind: string, name: string): Promise<Resource> {
  try {
    return await findResource(await pond.at('HEAD'), kind, name);
  } catch (error) {
    throw await stagedError(error, pond, { names: [name], kind });
  }
}

function select(stored: readonly StoredResource[], kind: string, name: string): StoredResource {
  try {
    return selectResource(stored, name);
  } catch (error) {
    if (!isPondError(error, 'resource-not-found')) throw error;
    // A resource of another kind may have the name.
    throw error.with({ message: `there is no ${kind} resource "${name}"` });
  }
}
