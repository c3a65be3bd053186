/** A file in a sequence of files. */
interface Groupable {
  /** Hexadecimal digits of a hash. */
  readonly key: string;
  readonly sizeBytes: number;
}

export interface GroupLimits {
  /** Files of at least this many bytes form a group of their own. */
  readonly sizeBytesMax: number;
  /** A group ends with the file that gives it at least this many bytes; any number of bytes if omitted. */
  readonly groupBytesMax?: number;
  /** Twice the mean number of files: one in half as many small files ends its group. */
  readonly countMax: number;
}

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
  let bytes = 0;
  for (const file of files) {
    if (file.sizeBytes >= limits.sizeBytesMax) {
      groups.push([file]);
      open = undefined;
      continue;
    }
    if (open === undefined) {
      groups.push((open = []));
      bytes = 0;
    }
    open.push(file);
    bytes += file.sizeBytes;
    const isFull = open.length >= limits.countMax || bytes >= (limits.groupBytesMax ?? Infinity);
    if (isFull || endsGroup(file.key, limits)) open = undefined;
  }
  return groups;
}

function endsGroup(key: string, { countMax }: GroupLimits): boolean {
  return Number.parseInt(key.slice(-8), 16) % Math.ceil(countMax / 2) === 0;
}
