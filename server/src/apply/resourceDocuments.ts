/** Documents written in the pond itself, as when an editor saves one. */
import { PondError } from '../base/error.ts';
import { type FileSystem } from '../tinyfs/fs.ts';
import { basename, dirname } from '../tinyfs/path.ts';
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';
import { invalidError } from '../resources/tree/derivedEntries.ts';
import { withoutCycles } from '../resources/graph.ts';
import { isKindName } from '../resources/kindNames.ts';
import { readResource, readResources, type StoredResource, resourcesOf } from '../resources/readResource.ts';
import {
  documentName,
  documentPath,
  linkOf,
  parseDocumentPath,
  resourceDirectory,
  type ResourceId,
} from '../resources/model/resourcePath.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { linksOf, linksTo } from '../resources/resourceLinks.ts';

/** Returns the id of a stored resource. */
export const resourceIdOf = ({ kind, id }: StoredResource): ResourceId => ({ kind: kind.kind, id });

/**
 * Returns the resource whose document a write to the path changes; the path may go through links. Undefined for others.
 */
export async function resourceWrittenTo(root: WorkingDirectory, path: string): Promise<ResourceId | undefined> {
  if (basename(path) !== documentName) return undefined;
  const home = await root.get(dirname(path));
  return home === undefined ? undefined : documentAt(`${home.path}/${documentName}`);
}

/** The resource whose document is at an absolute path without links; undefined for any other path. */
function documentAt(path: string): ResourceId | undefined {
  const document = parseDocumentPath(path);
  return document !== undefined && isKindName(document.kind) ? document : undefined;
}

/**
 * Updates the link of a resource to the name in its document, which was just stored. A document with errors keeps the
 * existing link. Fails `already-exists` when something else has the name.
 */
export async function followName(fs: FileSystem, id: ResourceId): Promise<void> {
  const home = await readResource(fs, id.kind, id.id);
  if (home?.resource === undefined) return;
  const root = await fs.root();
  const link = linkOf(home);
  const links = await linksTo(root, id);
  if (!links.includes(link)) {
    if ((await root.get(link, { followLinks: false })) !== undefined) throw takenError(home);
    await root.createSymlink(link, id.id);
  }
  for (const other of links) if (other !== link) await root.remove(other);
}

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
      const directory = resourceDirectory({ kind, id });
      links.set(directory, [...(links.get(directory) ?? []), path]);
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

function takenError(home: StoredResource): PondError {
  return new PondError('already-exists', `something else is at ${linkOf(home)}`, {
    path: linkOf(home),
    hint: 'Call the resource something else, or remove what is there first.',
  });
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
