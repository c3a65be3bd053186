import { PondError } from '../../base/error.ts';
import { type FileSystem } from '../../tinyfs/fs.ts';
import { withoutCycles } from '../graph.ts';
import { invalidError, readResource, readResources, type StoredResource, resourcesOf } from '../readResource.ts';
import { documentPath, linkOf } from '../model/resourcePath.ts';
import { ResourceLinks } from '../resourceLinks.ts';

/**
 * Checks the resources of a tree whose document or links differ from the tree that it is committed over, since a commit
 * makes documents live. Fails `resource-invalid` when one has errors, or a name that does not link to it;
 * `resource-cycle` when the changes complete a cycle.
 */
export async function requireValid(committed: FileSystem, tree: FileSystem): Promise<void> {
  const homes = await readResources(tree);
  if (homes.length === 0) return;
  const [links, linksBefore] = [new ResourceLinks(await tree.root()), new ResourceLinks(await committed.root())];
  let isChanged = false;
  for (const home of homes) {
    const id = { kind: home.kind.kind, id: home.id };
    const isNamed = (await links.to(id)).includes(linkOf(home));
    const wasNamed = (await linksBefore.to(id)).includes(linkOf(home));
    const isSame = (await readResource(committed, home.kind.kind, home.id))?.sha256 === home.sha256;
    if (isSame && (isNamed || !wasNamed)) continue;
    if (home.resource === undefined) throw invalidError(home);
    if (!isNamed) throw unnamedError(home);
    isChanged = true;
  }
  if (isChanged) await refuseCycles(homes, committed);
}

/** A cycle that is already committed does not block other commits. */
async function refuseCycles(homes: readonly StoredResource[], committed: FileSystem): Promise<void> {
  const { cyclic } = withoutCycles(resourcesOf(homes));
  if (cyclic.length === 0) return;
  const before = withoutCycles(resourcesOf(await readResources(committed))).cyclic;
  const added = cyclic.find(({ resource }) => !before.some((other) => other.resource.id === resource.id));
  if (added !== undefined) throw added.error;
}

function unnamedError(home: StoredResource): PondError {
  return new PondError(
    'resource-invalid',
    `the document is called "${home.name}", but ${linkOf(home)} is not its link`,
    {
      path: documentPath(home),
      hint: 'Save the document again, or apply it.',
    },
  );
}
