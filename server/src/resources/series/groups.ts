/** A file of a series, in a sequence of adjacent files. */
interface Groupable {
  /** Hexadecimal digits of a hash. */
  readonly key: string;
  readonly sizeBytes: number;
}

export interface GroupLimits {
  /** Files of at least this many bytes form a group of their own. */
  readonly sizeBytesMax: number;
  readonly countMax: number;
}

/** Mean group length: one in this many small files ends its group. */
const lengthMean = 32;

/**
 * Groups adjacent files, keeping their order; empty for no files. Group boundaries depend on the files' own keys, so
 * adding, removing or changing a file affects its own group and at most a few after it.
 */
export function groupAdjacent<T extends Groupable>(
  files: readonly T[],
  limits: GroupLimits,
): readonly (readonly T[])[] {
  const groups: T[][] = [];
  let open: T[] | undefined;
  for (const file of files) {
    if (file.sizeBytes >= limits.sizeBytesMax) {
      groups.push([file]);
      open = undefined;
      continue;
    }
    if (open === undefined) groups.push((open = []));
    open.push(file);
    if (endsGroup(file.key) || open.length >= limits.countMax) open = undefined;
  }
  return groups;
}

function endsGroup(key: string): boolean {
  return Number.parseInt(key.slice(-8), 16) % lengthMean === 0;
}
