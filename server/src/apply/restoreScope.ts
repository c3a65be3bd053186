import { PondError } from '../base/error.ts';
import { type FileSystem } from '../tinyfs/fs.ts';
import { type ResourceId } from '../resources/model/resourcePath.ts';
import { partAt } from '../resources/partOfResource.ts';
import { ResourceLinks } from '../resources/resourceLinks.ts';

/**
 * Returns the real paths to restore together with some real paths: with the directory of a resource its names. A document
 * that both trees have includes the names but leaves the data unchanged. Fails `already-exists` when another resource
 * has taken a name since.
 */
export async function restoreScope(
  paths: readonly string[],
  earlier: FileSystem,
  working: FileSystem,
): Promise<readonly string[]> {
  const trees = [earlier, working];
  const all = new Set(paths);
  const named = new Map<string, ResourceId>();
  const whole = new Set<string>();
  for (const path of paths) {
    for (const part of await Promise.all(trees.map((fs) => partAt(fs, path)))) {
      if (part === undefined) continue;
      named.set(part.home.home, { kind: part.home.kind.kind, id: part.home.id });
      // The name may be in one tree only.
      const both = await Promise.all(trees.map((fs) => partAt(fs, part.path)));
      if (!both.every((one) => one?.part === 'document')) whole.add(part.home.home);
    }
  }
  for (const home of whole) all.add(home);
  const [linksBefore, links] = [new ResourceLinks(await earlier.root()), new ResourceLinks(await working.root())];
  for (const resource of named.values()) {
    const before = await linksBefore.to(resource);
    for (const link of before) await refuseTaken(working, link, named);
    for (const link of [...before, ...(await links.to(resource))]) all.add(link);
  }
  return [...all];
}

/** Fails when the name belongs to a resource that is not restored. */
async function refuseTaken(working: FileSystem, link: string, named: ReadonlyMap<string, ResourceId>): Promise<void> {
  const part = await partAt(working, link);
  if (part === undefined || named.has(part.home.home)) return;
  throw new PondError('already-exists', `another resource is called ${link} now`, {
    path: link,
    hint: `Rename it first, or name ${link} to have it go back as well.`,
  });
}
