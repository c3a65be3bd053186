import { type FileSystem } from '../tinyfs/fs.ts';
import { joinPath, normalizePath } from '../tinyfs/path.ts';
import { entryAt, partAt } from '../resources/partOfResource.ts';

/**
 * Returns the paths without links, as each of the trees has them; a resource's name resolves to its directory too. A
 * path that is in no tree is returned unchanged.
 */
export async function realPaths(paths: readonly string[], trees: readonly FileSystem[]): Promise<readonly string[]> {
  const all = new Set<string>();
  for (const path of paths) {
    const real = (await Promise.all(trees.map((fs) => realPathsIn(fs, path)))).flat();
    for (const one of real.length === 0 ? [path] : real) all.add(one);
  }
  return [...all];
}

async function realPathsIn(fs: FileSystem, path: string): Promise<readonly string[]> {
  const inResource = await pathInResource(fs, path);
  const at = await entryAt(await fs.root(), path);
  return [...(at === undefined ? [] : [at.path]), ...(inResource === undefined ? [] : [inResource])];
}

/**
 * Returns `/KIND/<uuid>/…` for `/KIND/NAME/…`, whether or not the entry exists; undefined when a tree has no resource
 * of that name.
 */
export async function pathInResource(fs: FileSystem, path: string): Promise<string | undefined> {
  const [kind, name, ...rest] = normalizePath(path).names;
  if (kind === undefined || name === undefined) return undefined;
  const part = await partAt(fs, `/${kind}/${name}`);
  return part?.part === 'name' ? joinPath(part.home.home, ...rest) : undefined;
}
