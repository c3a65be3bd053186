/** Links in the directories of kinds to resource directories: the names of resources. */
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';
import { idOfTarget, kindDirectory, type ResourceId } from './model/resourcePath.ts';

/**
 * The links to resource directories in a tree, read once for each kind: a change of many resources would read all of them
 * for each. Links are changed here alone.
 */
export class ResourceLinks {
  readonly #root: WorkingDirectory;
  /** Paths of links by the ID of their resource, of each kind. */
  readonly #kinds = new Map<string, Map<string, readonly string[]>>();

  constructor(root: WorkingDirectory) {
    this.#root = root;
  }

  /** Returns the paths of the links to a resource directory, which may be missing. */
  async to({ kind, id }: ResourceId): Promise<readonly string[]> {
    return (await this.#ofKind(kind)).get(id) ?? [];
  }

  /** Creates a link to a resource directory. */
  async create(resource: ResourceId, path: string): Promise<void> {
    const links = await this.#ofKind(resource.kind);
    await this.#root.createSymlink(path, resource.id);
    links.set(resource.id, [...(links.get(resource.id) ?? []), path]);
  }

  /** Removes a link to a resource directory. */
  async remove(resource: ResourceId, path: string): Promise<void> {
    const links = await this.#ofKind(resource.kind);
    await this.#root.remove(path);
    const left = (links.get(resource.id) ?? []).filter((link) => link !== path);
    links.set(resource.id, left);
  }

  async #ofKind(kind: string): Promise<Map<string, readonly string[]>> {
    const known = this.#kinds.get(kind);
    if (known !== undefined) return known;
    const links = new Map<string, readonly string[]>();
    for (const { path, id } of await linksOf(this.#root, kind)) links.set(id, [...(links.get(id) ?? []), path]);
    this.#kinds.set(kind, links);
    return links;
  }
}

/** Returns the links in a kind's directory to resource directories; none if the kind's directory is missing. */
async function linksOf(
  root: WorkingDirectory,
  kind: string,
): Promise<readonly { readonly path: string; readonly id: string }[]> {
  const directory = kindDirectory(kind);
  if ((await root.get(directory, { followLinks: false }))?.isDirectory !== true) return [];
  const found: { path: string; id: string }[] = [];
  for (const { path, node } of await root.list(directory)) {
    const id = node.type === 'symlink' ? idOfTarget(kind, await root.readlink(path)) : undefined;
    if (id !== undefined) found.push({ path, id });
  }
  return found;
}
