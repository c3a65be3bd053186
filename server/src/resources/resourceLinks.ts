/** Links in the directories of kinds to resource directories: the names of resources. */
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';
import { idOfTarget, kindDirectory, type ResourceId } from './model/resourcePath.ts';

/** Returns the paths of the links in a kind's directory to a resource directory, which may be missing. */
export async function linksTo(root: WorkingDirectory, { kind, id }: ResourceId): Promise<readonly string[]> {
  return (await linksOf(root, kind)).filter((link) => link.id === id).map(({ path }) => path);
}

/** Returns the links in a kind's directory to resource directories; none if the kind's directory is missing. */
export async function linksOf(
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
