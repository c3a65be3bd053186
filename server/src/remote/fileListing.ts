/** Lists the files below a folder as the keys of a store. */
import { isPondError } from '../base/error.ts';
import { type Disk, type DiskStat } from '../storage/disk.ts';
import { compareKeys, isKey } from './keys.ts';
import { type ListedObject } from './objectStore.ts';

interface ListingRange {
  /** Start of the keys: any text. */
  readonly prefix: string;
  readonly startAfter: string;
}

/**
 * Yields the files below `root` whose keys start with `prefix` and come after `startAfter`, in the order of the bytes of
 * their keys. Reads one directory at a time, and looks at no entry that cannot be in the range.
 */
export function* listKeys(disk: Disk, root: string, range: ListingRange): Generator<ListedObject, void> {
  const directory = range.prefix.slice(0, range.prefix.lastIndexOf('/') + 1);
  if (directory === '' || isKey(directory.slice(0, -1))) yield* listDirectory(disk, root, { ...range, directory });
}

function* listDirectory(
  disk: Disk,
  root: string,
  range: ListingRange & { readonly directory: string },
): Generator<ListedObject, void> {
  const { directory, prefix, startAfter } = range;
  const entries = disk.list(pathBelow(root, directory.slice(0, -1))).flatMap((name) => {
    const key = directory + name;
    if (!mayHoldKeys(key, range) || !isKey(key)) return [];
    const found = statOrdinary(disk, pathBelow(root, key));
    // An object may be removed while its folder is listed.
    if (found === undefined) return [];
    // Keys below a directory come after files whose names continue it with a character below '/'.
    return [{ ...found, key: found.kind === 'directory' ? `${key}/` : key }];
  });
  for (const { kind, key, sizeBytes, modifiedMs } of entries.sort((a, b) => compareKeys(a.key, b.key))) {
    if (kind === 'directory') yield* listDirectory(disk, root, { ...range, directory: key });
    else if (key.startsWith(prefix) && compareKeys(key, startAfter) > 0) yield { key, sizeBytes, modifiedMs };
  }
}

/** Path of `below`, which may be '' as `root` may. */
function pathBelow(root: string, below: string): string {
  return [root, below].filter((path) => path !== '').join('/');
}

/** Like `disk.stat`; undefined for a link or a device, which are not objects. */
function statOrdinary(disk: Disk, path: string): DiskStat | undefined {
  try {
    return disk.stat(path);
  } catch (error) {
    if (isPondError(error, 'pond-damaged')) return undefined;
    throw error;
  }
}

/** True when the entry, or for a directory one below it, may be in the range. */
function mayHoldKeys(key: string, { prefix, startAfter }: ListingRange): boolean {
  const below = `${key}/`;
  if (!key.startsWith(prefix) && !prefix.startsWith(below)) return false;
  return compareKeys(key, startAfter) > 0 || compareKeys(below, startAfter) > 0 || startAfter.startsWith(below);
}
