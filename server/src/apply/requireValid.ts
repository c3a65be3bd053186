import { PondError } from '../base/error.ts';
import { type FileSystem } from '../tinyfs/fs.ts';
import { invalidError } from '../resources/invalidError.ts';
import { withoutCycles } from '../resources/graph.ts';
import { readResource, readResources, type StoredResource, resourcesOf } from '../resources/readResource.ts';
import { documentName, linkOf } from '../resources/model/resourcePath.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { linksOf } from '../resources/resourceLinks.ts';

/**
 * Checks the resources of the working tree whose document or links differ from the latest commit, since a commit makes
 * documents live. Fails `resource-invalid` when one has errors, or a name that does not link to it; `resource-cycle`
 * when the staged changes complete a cycle.
 */
export async function requireValid(pond: ResourcePond): Promise<void> {
  const homes = await readResources(pond.fs);
  if (homes.length === 0) return;
  const committed = await pond.at(String(pond.head.number));
  const [links, linksBefore] = [await linksIn(pond.fs, homes), await linksIn(committed, homes)];
  let isChanged = false;
  for (const home of homes) {
    const own = links.get(home.home) ?? [];
    const isNamed = own.includes(linkOf(home));
    const wasNamed = linksBefore.get(home.home)?.includes(linkOf(home)) === true;
    const isSame = (await readResource(committed, home.kind.kind, home.id))?.sha256 === home.sha256;
    if (isSame && (isNamed || !wasNamed)) continue;
    if (home.resource === undefined) throw invalidError(home);
    if (!isNamed) throw unnamedError(home);
    isChanged = true;
  }
  if (isChanged) await refuseCycles(homes, committed);
}

/** The paths of all links to resource directories, by directory. */
async function linksIn(
  fs: FileSystem,
  homes: readonly StoredResource[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const root = await fs.root();
  const links = new Map<string, string[]>();
  for (const kind of new Set(homes.map((home) => home.kind.kind))) {
    for (const { path, id } of await linksOf(root, kind)) {
      const home = `/${kind}/${id}`;
      links.set(home, [...(links.get(home) ?? []), path]);
    }
  }
  return links;
}

/** A cycle that is already committed does not block other commits. */
async function refuseCycles(homes: readonly StoredResource[], committed: FileSystem): Promise<void> {
  const { circular } = withoutCycles(resourcesOf(homes));
  if (circular.length === 0) return;
  const before = withoutCycles(resourcesOf(await readResources(committed))).circular;
  const added = circular.find(({ resource }) => !before.some((other) => other.resource.id === resource.id));
  if (added !== undefined) throw added.error;
}

function unnamedError(home: StoredResource): PondError {
  const path = `${home.home}/${documentName}`;
  return new PondError(
    'resource-invalid',
    `the document is called "${home.name}", but ${linkOf(home)} is not its link`,
    {
      path,
      hint: 'Save the document again, or apply it.',
    },
  );
}
