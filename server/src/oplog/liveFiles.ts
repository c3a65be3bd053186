/** Live data files of a table, by the commits whose rows they hold. */
import { type Add } from '../delta/actions.ts';
import { type CommitNumber, type CommitRange, parseCommitNumber } from '../delta/commitNumber.ts';
import { decodePath, isInsideTable } from '../delta/dataPath.ts';
import { type AddFile } from '../delta/files.ts';
import { rangeTag } from './pondTable.ts';

/** A data file of ours, and the commits whose rows it holds. */
export type RangeFile = CommitRange & { readonly path: string };

/** Files of ours carry a tag with a range of commits; those without it are another engine's. */
export class LiveFiles {
  /** Paths of the files of a single commit. */
  readonly single = new Map<CommitNumber, string>();
  readonly ranges: RangeFile[] = [];
  readonly foreign: AddFile[] = [];
  /** Paths of other engines' files inside the table. */
  readonly foreignPaths: readonly string[];

  constructor(files: Iterable<AddFile>) {
    for (const file of files) {
      const range = rangeOf(file.add);
      if (range === undefined) this.foreign.push(file);
      else if (range.from === range.to) this.single.set(range.from, file.path);
      else this.ranges.push({ ...range, path: file.path });
    }
    this.foreignPaths = this.foreign.map(({ path }) => path).filter(isInsideTable);
  }

  /** True when a file of ours has the rows of a commit. */
  has(number: CommitNumber): boolean {
    return this.single.has(number) || this.inRanges(number).length > 0;
  }

  inRanges(number: CommitNumber): readonly RangeFile[] {
    return this.ranges.filter(({ from, to }) => from <= number && number <= to);
  }
}

/** Returns the commits whose rows a file of ours holds; undefined for a file of another engine. */
export function rangeOf(add: Add): CommitRange | undefined {
  // Our files are all inside the table: a tag on one outside would make us read that file.
  return isInsideTable(decodePath(add.path)) ? parseRange(add.tags?.[rangeTag] ?? '') : undefined;
}

/** Returns the range of a tag; undefined for any other text. */
function parseRange(tag: string): CommitRange | undefined {
  const match = /^(\d{1,15})-(\d{1,15})$/.exec(tag);
  const [from, to] = [parseCommitNumber(Number(match?.[1])), parseCommitNumber(Number(match?.[2]))];
  return from === undefined || to === undefined ? undefined : { from, to };
}
