/** Edits of resources, each a link, a directory and a document that belong together, in a tree without a layer. */
import { PondError } from '../../base/error.ts';
import { formatAttributes, formatOfSpec, withFormat } from '../../documents/statedFormat.ts';
import { rewrite } from '../../documents/rewrite.ts';
import { entryOf } from '../../documents/yamlNode.ts';
import { type FileSystem } from '../../tinyfs/fs.ts';
import { isKindName } from '../kindNames.ts';
import { documentPath, kindDirectory, linkOf, type ResourceId, titleOf } from '../model/resourcePath.ts';
import { entryAt, type PartOfResource } from '../partOfResource.ts';
import { invalidError, readResource, readResources, type StoredResource } from '../readResource.ts';
import { resourceKinds } from '../registry.ts';
import { readResourceFile } from '../resourceFile.ts';
import { ResourceLinks } from '../resourceLinks.ts';

/** Changes of resources in a batch, whose consequences follow at its end. */
export interface ResourceChanges {
  /** Resources whose document was stored, by directory. */
  readonly stored: Map<string, ResourceId>;
  /** Names, directories and documents that were removed, as they were before. */
  readonly removed: PartOfResource[];
}

/**
 * Completes what a batch changed: links follow names, formats of files follow documents, and resources are removed as a
 * whole. Fails `invalid-path`.
 */
export async function complete(tree: FileSystem, { stored, removed }: ResourceChanges): Promise<void> {
  const links = new ResourceLinks(await tree.root());
  for (const part of removed) await completeRemoval(tree, links, part);
  for (const id of stored.values()) {
    await followName(tree, links, id);
    await followFormat(tree, id);
  }
}

/**
 * Renames a resource within its kind: moves its link and replaces the name in its document. Fails `resource-invalid`,
 * `invalid-path` for an invalid name, `already-exists`.
 */
export async function renameResource(tree: FileSystem, { home, path }: PartOfResource, name: string): Promise<void> {
  const root = await tree.root();
  const target = linkOf({ kind: home.kind, name });
  if (home.resource === undefined) throw invalidError(home);
  const text = renamedDocument(home, name);
  if ((await entryAt(root, target)) !== undefined) {
    throw new PondError('already-exists', `something is at ${target} already`, {
      path: target,
      hint: 'Call the resource something else, or remove what is there first.',
    });
  }
  await root.rename(path, target);
  await root.writeFile(documentPath(home), Buffer.from(text));
}

/** Fails `invalid-path` for a part of a resource and for the directory of a kind that has resources. */
export async function refuseMove(tree: FileSystem, path: string, part: PartOfResource | undefined): Promise<void> {
  const kind = path.slice(1);
  const owner =
    part?.home ?? (isKindName(kind) ? (await readResources(tree)).find((home) => home.kind.kind === kind) : undefined);
  if (owner !== undefined) throw staysError(path, owner);
}

/** Fails `invalid-path` for a copy of a resource that would be in the directory of a kind: two cannot share a document. */
export async function refuseCopy(tree: FileSystem, { kind, id }: ResourceId, path: string): Promise<void> {
  const home = await readResource(tree, kind, id);
  if (home === undefined) return;
  throw new PondError('invalid-path', `the copy of ${titleOf(home)} would not be a resource`, {
    path,
    hint: `Apply its document, ${documentPath(home)}, with another name.`,
  });
}

async function completeRemoval(
  tree: FileSystem,
  links: ResourceLinks,
  { part, path, home }: PartOfResource,
): Promise<void> {
  const root = await tree.root();
  const id = { kind: home.kind.kind, id: home.id };
  if ((await entryAt(root, home.home)) === undefined) return await removeLinks(links, id);
  const now = await readResource(tree, id.kind, id.id);
  if (part === 'document' && now === undefined) throw staysError(path, home);
  if (part !== 'name' || (now?.resource !== undefined && linkOf(now) !== path)) return;
  if ((await links.to(id)).includes(path)) return;
  // Something else has taken the name.
  if ((await entryAt(root, path)) !== undefined) throw staysError(path, home);
  await removeLinks(links, id);
  await root.remove(home.home, { recursive: true });
}

async function removeLinks(links: ResourceLinks, id: ResourceId): Promise<void> {
  for (const link of await links.to(id)) await links.remove(id, link);
}

/**
 * Updates the link of a resource to the name in its document. A document with errors keeps the existing link. Fails
 * `already-exists` when something else has the name.
 */
async function followName(tree: FileSystem, links: ResourceLinks, id: ResourceId): Promise<void> {
  const home = await readResource(tree, id.kind, id.id);
  if (home?.resource === undefined) return;
  const root = await tree.root();
  const link = linkOf(home);
  const present = await links.to(id);
  if (!present.includes(link)) {
    if ((await root.get(link, { followLinks: false })) !== undefined) throw takenError(home);
    await links.create(id, link);
  }
  for (const other of present) if (other !== link) await links.remove(id, other);
}

/** Updates the format of the files of a resource to that in its document. A document with errors keeps the existing one. */
async function followFormat(tree: FileSystem, id: ResourceId): Promise<void> {
  const home = await readResource(tree, id.kind, id.id);
  if (home?.resource === undefined) return;
  const spec = home.kind.filesFormat?.(home.resource.spec);
  const root = await tree.root();
  const directory = await root.get(home.home);
  if (directory === undefined) return;
  const format = spec === undefined ? {} : formatOfSpec(spec);
  const attributes = withFormat(directory.node.attributes, formatAttributes.document, format);
  await root.setAttributes(home.home, attributes);
}

/** The document with its name replaced, otherwise unchanged. */
function renamedDocument(home: StoredResource, name: string): string {
  const [stored] = readResourceFile(home.text, resourceKinds);
  const value = entryOf(stored?.root, 'name')?.value;
  const text = value === undefined ? home.text : rewrite(home.text, [{ at: value.range.start, value: name }]);
  const [read] = readResourceFile(text, resourceKinds);
  const problem = read?.problems.find(({ severity }) => severity === 'error');
  if (read?.envelope?.name === name) return text;
  throw new PondError('invalid-path', problem?.message ?? `the document of ${titleOf(home)} cannot be given a name`, {
    path: linkOf({ kind: home.kind, name }),
    hint: problem?.hint ?? 'Change the name in the document: its link follows.',
  });
}

function takenError(home: StoredResource): PondError {
  return new PondError('already-exists', `something else is at ${linkOf(home)}`, {
    path: linkOf(home),
    hint: 'Call the resource something else, or remove what is there first.',
  });
}

function staysError(path: string, home: StoredResource): PondError {
  const name = linkOf(home);
  return new PondError('invalid-path', `${path} belongs to the resource ${titleOf(home)}, and stays where it is`, {
    path,
    hint: `'pond mv ${name} ${kindDirectory(home.kind)}/NEW' renames the resource, 'pond rm -r ${name}' removes it.`,
  });
}
