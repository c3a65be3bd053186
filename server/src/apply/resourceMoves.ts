/**
 * Edits of resources as directories of the tree. A resource's name represents it: moving the name renames the resource,
 * and removing it removes the resource. Edits that would break up a resource are rejected.
 */
import { PondError } from '../base/error.ts';
import { type FileSystem } from '../tinyfs/fs.ts';
import { type NodePath } from '../tinyfs/nodePath.ts';
import { basename, dirname } from '../tinyfs/path.ts';
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';
import { invalidError } from '../resources/tree/derivedEntries.ts';
import { isKindName } from '../resources/kindNames.ts';
import { entryOf } from '../documents/yamlNode.ts';
import { readResources, type StoredResource } from '../resources/readResource.ts';
import { resourceKinds } from '../resources/registry.ts';
import {
  documentName,
  documentPath,
  kindAt,
  kindDirectory,
  linkOf,
  parseResourcePath,
  titleOf,
} from '../resources/model/resourcePath.ts';
import { readResourceFile } from '../resources/resourceFile.ts';
import { entryAt, partAt } from './partOfResource.ts';
import { rewrite } from './rewrite.ts';
import { linksTo } from '../resources/resourceLinks.ts';
import { followName, resourceIdOf } from './resourceDocuments.ts';

/**
 * Moves an entry. Moving a resource's name renames it within its kind, and updates its document. Fails as
 * WorkingDirectory.rename, and `invalid-path` for an entry that must not move and for an invalid resource name,
 * `resource-invalid` for the name of a resource whose document has errors.
 */
export async function moveEntry(
  fs: FileSystem,
  from: string,
  to: string,
  options: { readonly overwrite?: boolean },
): Promise<void> {
  const root = await fs.root();
  const part = await partAt(fs, from);
  if (part?.part === 'name') return await renameResource(fs, part.home, part.path, to);
  if (part !== undefined) throw staysError(part.path, part.home);
  await refuseKind(fs, root, from);
  await fs.backend.batch(async () => {
    await root.rename(from, to, options);
    await followNameAt(fs, to);
  });
}

/** Copies an entry. Fails as WorkingDirectory.copy, and `invalid-path` for a resource: two cannot share a document. */
export async function copyEntry(
  fs: FileSystem,
  from: string,
  to: string,
  options: { readonly recursive?: boolean; readonly overwrite?: boolean },
): Promise<NodePath> {
  const root = await fs.root();
  const part = await partAt(fs, from);
  if (part !== undefined && part.part !== 'document' && (await wouldBeInKind(root, to))) {
    throw new PondError('invalid-path', `the copy of ${titleOf(part.home)} would not be a resource`, {
      path: to,
      hint: `Apply its document, ${part.path}/${documentName}, with another name.`,
    });
  }
  return await fs.backend.batch(async () => {
    const copy = await root.copy(from, to, options);
    await followNameAt(fs, to);
    return copy;
  });
}

/**
 * Removes entries, all or none. Removing its name or its directory removes a whole resource. Fails as
 * WorkingDirectory.remove, and `invalid-path` for the document of a resource.
 */
export async function removeEntries(
  fs: FileSystem,
  paths: readonly string[],
  options: { readonly recursive: boolean },
): Promise<void> {
  const root = await fs.root();
  const gone = new Set<string>();
  await fs.backend.batch(async () => {
    for (const path of paths) {
      const part = await partAt(fs, path);
      if (part?.part === 'document') throw staysError(part.path, part.home);
      if (part !== undefined) {
        if (!options.recursive) throw fullError(part.path, part.home);
        for (const removed of await removeResource(root, part.home)) gone.add(removed);
      } else if (!gone.has(path.replace(/\/+$/, ''))) await root.remove(path, options);
    }
  });
}

/**
 * Removes a resource with its content, and returns the removed paths: the links to its directory, and the directory.
 */
export async function removeResource(root: WorkingDirectory, home: StoredResource): Promise<readonly string[]> {
  const links = await linksTo(root, resourceIdOf(home));
  for (const link of links) await root.remove(link);
  await root.remove(home.home, { recursive: true });
  return [...links, home.home];
}

async function renameResource(fs: FileSystem, home: StoredResource, link: string, to: string): Promise<void> {
  const root = await fs.root();
  const name = basename(to);
  const target = linkOf({ kind: home.kind, name });
  if ((await parentOf(root, to)) !== kindDirectory(home.kind)) throw staysError(link, home);
  if (target === link) return;
  if (home.resource === undefined) throw invalidError(home);
  const text = renamedDocument(home, name);
  if ((await entryAt(root, target)) !== undefined) {
    throw new PondError('already-exists', `something is at ${target} already`, {
      path: target,
      hint: 'Call the resource something else, or remove what is there first.',
    });
  }
  await fs.backend.batch(async () => {
    await root.rename(link, target);
    await root.writeFile(documentPath(home), Buffer.from(text));
  });
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

/** A document moved into place is treated like one saved there. */
async function followNameAt(fs: FileSystem, path: string): Promise<void> {
  const at = await entryAt(await fs.root(), path);
  const moved = at && parseResourcePath(at.path);
  if (moved === undefined || !isKindName(moved.kind)) return;
  if (moved.below.length === 0 || at?.path === documentPath(moved)) await followName(fs, moved);
}

/** Path of an entry's parent without links; '' without a directory there. */
async function parentOf(root: WorkingDirectory, path: string): Promise<string> {
  const parent = await root.get(dirname(path)).catch(() => undefined);
  return parent?.isDirectory === true ? parent.path : '';
}

/** True if an entry at that path would be in the directory of a kind. */
async function wouldBeInKind(root: WorkingDirectory, to: string): Promise<boolean> {
  const parent = await parentOf(root, to);
  const kind = kindAt(parent);
  return kind !== undefined && parent === kindDirectory(kind) && isKindName(kind);
}

/** Resources are found only in the directory of their kind. */
async function refuseKind(fs: FileSystem, root: WorkingDirectory, path: string): Promise<void> {
  const at = await entryAt(root, path);
  const kind = at && kindAt(at.path);
  if (kind === undefined || at?.path !== kindDirectory(kind)) return;
  const home = (await readResources(fs)).find((one) => one.kind.kind === kind);
  if (home !== undefined) throw staysError(at.path, home);
}

function staysError(path: string, home: StoredResource): PondError {
  const name = linkOf(home);
  return new PondError('invalid-path', `${path} belongs to the resource ${titleOf(home)}, and stays where it is`, {
    path,
    hint: `'pond mv ${name} ${kindDirectory(home.kind)}/NEW' renames the resource, 'pond rm -r ${name}' removes it.`,
  });
}

function fullError(path: string, home: StoredResource): PondError {
  return new PondError('directory-not-empty', `${path} is the resource ${titleOf(home)}`, {
    path,
    hint: `'pond rm -r ${path}' removes it with all that it holds.`,
  });
}
