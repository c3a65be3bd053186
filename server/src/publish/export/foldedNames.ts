/**
 * Paths of a pond that are one file on the host: many hosts ignore the case of names (macOS, Windows), or the form of
 * accented characters (macOS). The second file would silently replace the first.
 */
import { PondError } from '../../base/error.ts';
import { type Disk } from '../../storage/disk.ts';
import { removeQuietly, temporaryPathIn } from '../../storage/durable.ts';
import { folded, type NameFolding } from '../../storage/nameFolding.ts';

/** Returns two different paths that are one file under a folding; undefined when there are none. */
export function samePaths(
  paths: Iterable<string>,
  folding: NameFolding,
): { readonly first: string; readonly second: string } | undefined {
  const known = new Map<string, string>();
  for (const second of paths) {
    const key = folded(second, folding);
    const first = known.get(key);
    if (first !== undefined && first !== second) return { first, second };
    known.set(key, second);
  }
  return undefined;
}

/** Tries what the folder of a disk ignores in names, by temporary files. */
export function foldingOf(disk: Disk): NameFolding {
  const isSame = (one: string, other: string): boolean => {
    const name = temporaryPathIn('');
    try {
      disk.create(`${name}${one}`).close();
      return disk.stat(`${name}${other}`) !== undefined;
    } finally {
      removeQuietly(disk, `${name}${one}`);
    }
  };
  return { ignoresCase: isSame('a', 'A'), ignoresForm: isSame('\u00e9', 'e\u0301') };
}

/**
 * Fails `already-exists` when two of the paths below the folder of the disk are one file there, before anything is
 * written. Tries the folder only when there are paths that some host takes for one.
 */
export function requireDistinct(disk: Disk, paths: readonly string[]): void {
  if (samePaths(paths, { ignoresCase: true, ignoresForm: true }) === undefined) return;
  const same = samePaths(paths, foldingOf(disk));
  if (same === undefined) return;
  const { first, second } = same;
  const folder = disk.hostPath('') ?? '';
  throw new PondError(
    'already-exists',
    `${first} and ${second} are one file in ${folder}, which ignores the difference`,
    {
      path: second,
      hint: 'Rename one of them, or export them to different folders.',
    },
  );
}
