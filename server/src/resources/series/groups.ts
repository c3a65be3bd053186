/** A file among those that follow each other in a series. */
export interface Groupable {
  /** Hexadecimal digits of a hash. */
  readonly key: string;
  readonly sizeBytes: number;
}

export interface GroupLimits {
  /** Files from so many bytes on stand alone. */
  readonly sizeBytesMax: number;
  readonly countMax: number;
}

/** One in so many small files ends its group. */
const lengthMean = 32;

/**
 * Returns the files in groups of neighbors, in their order; none for none. Where a group ends is told by the files'
 * own keys, so that a file which comes, goes or changes touches its own group and at most a few behind it.
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
