/**
 * Index of the live data files by the commits whose rows they hold. Our files carry a tag with that range; files
 * without it are another engine's: rows that it appended, which are not ours, or rows of ours that it moved, as
 * OPTIMIZE does.
 */
import {
  type CommitNumber,
  type CommitRange,
  commitsUp,
  firstCommit,
  parseCommitNumber,
} from '../delta/commitNumber.ts';
import { type DeltaCommitInfo } from '../delta/actions.ts';
import { isInsideTable } from '../delta/dataPath.ts';
import { type AddFile } from '../delta/files.ts';

/** The tag of our data files: the commits whose rows they hold, as `first-last`. */
export const rangeTag = 'duckpond.txn';

/** A commit of another engine to the table. */
export interface ForeignTableVersion {
  readonly version: CommitNumber;
  /** Operation, such as WRITE or OPTIMIZE, and name of the engine; undefined when not declared. */
  readonly operation: string | undefined;
  readonly engine: string | undefined;
}

/** Returns the description in a commit's own information. */
export function foreignCommit(
  version: CommitNumber,
  { operation, engineInfo }: DeltaCommitInfo = {},
): ForeignTableVersion {
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  return { version, operation: text(operation), engine: text(engineInfo) };
}

/** Files written by another engine, and the range of our commits to search in them, both inclusive. */
export interface Rewritten {
  readonly paths: readonly string[];
  readonly commits: readonly CommitRange[];
}

export interface FileIndex {
  /** Returns the file of a single commit of ours; undefined when it has none of its own. */
  ofCommit(number: CommitNumber): string | undefined;
  /** Returns the files that may hold rows of a commit, the likeliest first. */
  candidates(number: CommitNumber): readonly string[];
  /** Returns our files that hold rows of commits up to `number`. */
  upTo(number: CommitNumber): readonly string[];
  /**
   * Returns the files of other engines that may hold rows of our commits up to `number`, and those commits, which have
   * no live file of ours. Rows of other commits in these files are not ours. Undefined when every commit has its file.
   */
  rewritten(number: CommitNumber): Rewritten | undefined;
  /** Returns the known versions of other engines' files, ascending, and the number of files from earlier ones. */
  foreign(): { readonly versions: readonly CommitNumber[]; readonly earlierFiles: number };
  /** Adds the file of a new commit. */
  add(number: CommitNumber, path: string): void;
}

/** Returns the index of a snapshot's files. */
export function indexFiles(live: Iterable<AddFile>): FileIndex {
  const single = new Map<CommitNumber, string>();
  const ranges: (CommitRange & { readonly path: string })[] = [];
  const foreign: AddFile[] = [];
  for (const file of live) {
    const range = parseRange(file.add.tags?.[rangeTag] ?? '');
    // Our files are all inside the table: a tag on one outside would make us read that file.
    if (range === undefined || !isInsideTable(file.path)) foreign.push(file);
    else if (range.from === range.to) single.set(range.from, file.path);
    else ranges.push({ ...range, path: file.path });
  }
  const inRanges = (number: CommitNumber): typeof ranges =>
    ranges.filter(({ from, to }) => from <= number && number <= to);
  const foreignPaths = foreign.map(({ path }) => path).filter(isInsideTable);
  const versions = new Set(foreign.flatMap(({ addedVersion }) => (addedVersion === undefined ? [] : [addedVersion])));

  return {
    ofCommit: (number) => single.get(number),
    candidates(number) {
      const own = single.get(number);
      return [...(own === undefined ? [] : [own]), ...inRanges(number).map(({ path }) => path), ...foreignPaths];
    },
    upTo(number) {
      const own = [...single].filter(([txn]) => txn <= number).map(([, path]) => path);
      return [...own, ...ranges.filter(({ from }) => from <= number).map(({ path }) => path)];
    },
    rewritten(number) {
      if (foreignPaths.length === 0) return undefined;
      const commits: { from: CommitNumber; to: CommitNumber }[] = [];
      for (const txn of commitsUp(firstCommit, number)) {
        if (versions.has(txn) || single.has(txn) || inRanges(txn).length > 0) continue;
        const last = commits.at(-1);
        if (last?.to === txn - 1) last.to = txn;
        else commits.push({ from: txn, to: txn });
      }
      return commits.length === 0 ? undefined : { paths: foreignPaths, commits };
    },
    foreign: () => ({
      versions: [...versions].sort((a, b) => a - b),
      earlierFiles: foreign.filter(({ addedVersion }) => addedVersion === undefined).length,
    }),
    add: (number, path) => void single.set(number, path),
  };
}

/** Returns the range of a tag; undefined for any other text. */
function parseRange(tag: string): CommitRange | undefined {
  const match = /^(\d{1,15})-(\d{1,15})$/.exec(tag);
  const [from, to] = [parseCommitNumber(Number(match?.[1])), parseCommitNumber(Number(match?.[2]))];
  return from === undefined || to === undefined ? undefined : { from, to };
}
