/** Paths of the pond that are one file in the folder, where that ignores case or the form of accented characters. */
import { type HostFolder } from '../storage/hostFolder.ts';
import { folded, type NameFolding } from '../storage/nameFolding.ts';
import { type LeftPaths } from './problems.ts';
import { type Ancestor, type FolderItem, type Items, type PondItem } from './types.ts';

/** Both sides of a round, before they are compared. */
interface Sides {
  readonly pond: Items<PondItem>;
  readonly folder: Map<string, FolderItem>;
  readonly ancestors: Items<Ancestor>;
}

const everything: NameFolding = { ignoresCase: true, ignoresForm: true };

/**
 * Holds each path of the pond that would replace another one in the folder, and gives an item of the folder the path
 * that it has in the pond, where only the form of its characters differs. The folder is tried only when there are paths
 * that some host takes for one.
 */
export function separateTwins(sides: Sides, folder: Pick<HostFolder, 'folding'>, left: LeftPaths): void {
  const paths = new Set([...sides.pond.keys(), ...sides.folder.keys(), ...sides.ancestors.keys()]);
  if (groupsOf(paths, everything).length === 0) return;
  const folding = folder.folding();
  if (!folding.ignoresCase && !folding.ignoresForm) return;
  for (const group of groupsOf(paths, folding)) {
    if (folding.ignoresForm) takeForm(sides, group);
    holdTwins(sides, group, left);
  }
}

function groupsOf(paths: Iterable<string>, folding: NameFolding): readonly (readonly string[])[] {
  const groups = new Map<string, string[]>();
  for (const path of paths) {
    const key = folded(path, folding);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [path]);
    else group.push(path);
  }
  return [...groups.values()].filter(({ length }) => length > 1);
}

/** A host may return a name in another form than it was given. */
function takeForm({ pond, folder, ancestors }: Sides, group: readonly string[]): void {
  for (const path of group.filter((one) => folder.has(one) && !pond.has(one) && !ancestors.has(one))) {
    const known = group.find((one) => (pond.has(one) || ancestors.has(one)) && !folder.has(one));
    const item = folder.get(path);
    if (known === undefined || item === undefined || known.normalize('NFC') !== path.normalize('NFC')) continue;
    folder.delete(path);
    folder.set(known, item);
  }
}

function holdTwins({ pond, folder, ancestors }: Sides, group: readonly string[], left: LeftPaths): void {
  const isNew = (path: string): boolean =>
    pond.has(path) && !folder.has(path) && ancestors.get(path)?.pond === undefined;
  const twins = group.filter(isNew).sort();
  const [first = ''] = group.filter((path) => !isNew(path) && folder.has(path));
  const kept = first === '' ? twins.shift() : first;
  for (const path of twins) {
    left.hold(path, `this folder takes it for ${kept}, as it ignores the difference; rename one of them in the pond`);
  }
}
