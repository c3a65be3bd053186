/**
 * Index of the data files by the commits whose rows they hold. Our files carry a tag with that range; files without it
 * are another engine's: rows that it appended, which are not ours, or rows of ours that it moved, as OPTIMIZE does.
 */
import {
  type CommitNumber,
  type CommitRange,
  commitsDown,
  commitsUp,
  firstCommit,
  parseCommitNumber,
} from '../delta/commitNumber.ts';
import { isPondError, type PondError } from '../base/error.ts';
import { lazyAsync } from '../base/lazy.ts';
import { type Add, type DeltaCommit } from '../delta/actions.ts';
import { decodePath, isInsideTable } from '../delta/dataPath.ts';
import { addFileOf, type AddFile } from '../delta/files.ts';
import { readCommit } from '../delta/log.ts';
import { type DeltaSnapshot } from '../delta/deltaSnapshot.ts';
import { type Disk } from '../storage/disk.ts';
import { rangeTag } from './pondTable.ts';
import { type RowFiles, type Rewritten } from './opLog.ts';

/** Log entries up to the last checkpoint that a search for other engines reads. */
const earlierEntriesMax = 1000;

/** A data file of ours, and the commits whose rows it holds. */
type RangeFile = CommitRange & { readonly path: string };

/** Returns the error of a data file that cannot be used; undefined for a sound one. */
type ProblemOf = (path: string) => PondError | undefined | Promise<PondError | undefined>;

/** Returns the commits whose rows a data file holds. */
type CommitsIn = (path: string) => Promise<ReadonlySet<CommitNumber>>;

/** A log entry: another engine's, or ours with the data file that it added while that is on the disk. */
type LogEntry = { readonly isOurs: false } | { readonly isOurs: true; readonly original: AddFile | undefined };

/**
 * Finds the files that hold the rows of a commit. A row is read from the first of these that has it and is intact:
 * 1. the live file of ours with the commit's tag;
 * 2. the file that the commit itself added, for as long as it is on the disk: another engine removed it from the table,
 *    but no engine may change it;
 * 3. live files of other engines, into which OPTIMIZE moves rows;
 * 4. removed files of other engines that are still on the disk, after a RESTORE to a version before them.
 */
export class FileIndex {
  readonly #disk: Disk;
  /** Returns the commits whose rows a data file holds. Fails `pond-damaged` when it cannot be read. */
  readonly commitsIn: CommitsIn;
  readonly #snapshot: DeltaSnapshot;
  readonly #single = new Map<CommitNumber, string>();
  readonly #ranges: RangeFile[] = [];
  readonly #foreign: AddFile[] = [];
  /** Paths of other engines' live files inside the table. */
  readonly #foreignPaths: readonly string[];
  readonly #entries = new Map<CommitNumber, LogEntry>();
  /** Actions of the files that our commits added and that are not live, as far as they were looked for. */
  readonly #originals = new Map<string, Add>();
  readonly #removed = lazyAsync(() => this.#scanRemoved());

  constructor(disk: Disk, snapshot: DeltaSnapshot, commitsIn: CommitsIn) {
    this.#disk = disk;
    this.#snapshot = snapshot;
    this.commitsIn = commitsIn;
    for (const file of snapshot.files.values()) {
      const range = rangeOf(file.add);
      if (range === undefined) this.#foreign.push(file);
      else if (range.from === range.to) this.#single.set(range.from, file.path);
      else this.#ranges.push({ ...range, path: file.path });
    }
    this.#foreignPaths = this.#foreign.map(({ path }) => path).filter(isInsideTable);
  }

  /** Adds the file of a new commit. */
  add(number: CommitNumber, path: string): void {
    this.#single.set(number, path);
  }

  /** Returns the live file of a single commit of ours; undefined when it has none of its own. */
  ofCommit(number: CommitNumber): string | undefined {
    return this.#single.get(number);
  }

  /** Returns the action of the file that a commit added, when it is on the disk and not live. */
  original(number: CommitNumber): Add | undefined {
    const entry = this.#isLive(number) ? undefined : this.#entry(number);
    return entry?.isOurs === true ? entry.original?.add : undefined;
  }

  /** Yields the files that may hold rows of a commit, the likeliest first, without those of `removedWith`. */
  *candidates(number: CommitNumber): Iterable<string> {
    const own = this.#single.get(number);
    if (own !== undefined) yield own;
    for (const { path } of this.#inRanges(number)) yield path;
    const entry = this.#entry(number);
    if (entry.isOurs && entry.original !== undefined && entry.original.path !== own) yield entry.original.path;
    yield* this.#foreignPaths;
  }

  /** Returns the removed files of other engines that hold rows of a commit; reads them all. */
  async removedWith(number: CommitNumber): Promise<readonly string[]> {
    return [...(await this.#removed())].filter(([, commits]) => commits.has(number)).map(([path]) => path);
  }

  /** Returns the action that added a file of ours which is not live; undefined for any other file. */
  removedAdd(path: string): Add | undefined {
    return this.#originals.get(path);
  }

  /**
   * Returns all files with rows of our commits up to `number`. With `problemOf`, a file of ours that has a problem is left
   * out if files of other engines hold the rows of its commits. Fails with the problem otherwise.
   */
  async upTo(number: CommitNumber, problemOf: ProblemOf = () => undefined): Promise<RowFiles> {
    const own: string[] = [];
    const damaged = new Map<CommitNumber, PondError>();
    const { files, moved } = this.#ownFiles(number);
    for (const { from, to, path } of files) {
      const problem = await problemOf(path);
      if (problem === undefined) own.push(path);
      else for (const txn of commitsUp(from, to < number ? to : number)) damaged.set(txn, problem);
    }
    const elsewhere = [...moved, ...damaged.keys()].sort((a, b) => a - b);
    const rewritten = elsewhere.length === 0 ? undefined : await this.#rewritten(elsewhere);
    for (const path of rewritten?.paths ?? []) {
      const problem = await problemOf(path);
      if (problem !== undefined) throw problem;
    }
    if (damaged.size > 0) {
      const held = await this.#commitsInAll(rewritten?.paths ?? []);
      for (const [txn, problem] of damaged) if (!held.has(txn)) throw problem;
    }
    return { own, rewritten };
  }

  /** Returns the files of ours with rows up to `number`, and the commits that have none. */
  #ownFiles(number: CommitNumber): { readonly files: readonly RangeFile[]; readonly moved: readonly CommitNumber[] } {
    const single = [...this.#single].map(([txn, path]) => ({ from: txn, to: txn, path }));
    const files = [...single, ...this.#ranges].filter(({ from }) => from <= number);
    const moved: CommitNumber[] = [];
    for (const txn of commitsUp(firstCommit, number)) {
      if (this.#isLive(txn)) continue;
      const entry = this.#entry(txn);
      if (!entry.isOurs) continue;
      if (entry.original === undefined) moved.push(txn);
      else files.push({ from: txn, to: txn, path: entry.original.path });
    }
    return { files, moved };
  }

  /**
   * Returns the versions of the table that other engines wrote, ascending. Of those up to `checkpoint`, only the entries
   * of the latest are read.
   */
  foreignVersions(checkpoint: CommitNumber | undefined): readonly CommitNumber[] {
    let unread = checkpoint === undefined ? Infinity : earlierEntriesMax;
    const found: CommitNumber[] = [];
    for (const at of commitsDown(this.#snapshot.version)) {
      if (this.#isLive(at)) continue;
      if (checkpoint !== undefined && at <= checkpoint && unread-- <= 0) break;
      if (!this.#entry(at).isOurs) found.push(at);
    }
    return found.reverse();
  }

  /** Number of live files of other engines that none of some versions added: a checkpoint does not say who did. */
  earlierForeignFiles(versions: readonly CommitNumber[]): number {
    const earlier = this.#foreign.filter(({ addedVersion }) => addedVersion === undefined);
    if (earlier.length === 0) return 0;
    const adds = versions.flatMap((version) => readCommitIfSound(this.#disk, version)?.adds ?? []);
    const added = new Set(adds.map(({ path }) => decodePath(path)));
    return earlier.filter(({ path }) => !added.has(path)).length;
  }

  #isLive(number: CommitNumber): boolean {
    return this.#single.has(number) || this.#inRanges(number).length > 0;
  }

  #inRanges(number: CommitNumber): readonly RangeFile[] {
    return this.#ranges.filter(({ from, to }) => from <= number && number <= to);
  }

  /** Returns the log entry of a commit without a live file of its own. One that was cleaned up counts as ours. */
  #entry(number: CommitNumber): LogEntry {
    const known = this.#entries.get(number);
    if (known !== undefined) return known;
    const entry = readEntry(this.#disk, number);
    this.#entries.set(number, entry);
    if (entry.isOurs && entry.original !== undefined) this.#originals.set(entry.original.path, entry.original.add);
    return entry;
  }

  async #rewritten(commits: readonly CommitNumber[]): Promise<Rewritten | undefined> {
    const removed = await this.#removed();
    const held = removed.size === 0 ? new Set(commits) : await this.#commitsInAll(this.#foreignPaths);
    const missing = commits.filter((number) => !held.has(number));
    const again = [...removed].filter(([, inFile]) => missing.some((number) => inFile.has(number)));
    const paths = [...this.#foreignPaths, ...again.map(([path]) => path)];
    return paths.length === 0 ? undefined : { paths, commits: rangesOf(commits), mayRepeat: again.length > 0 };
  }

  async #commitsInAll(paths: readonly string[]): Promise<ReadonlySet<CommitNumber>> {
    const sets = await Promise.all(paths.map((path) => this.commitsIn(path)));
    return new Set(sets.flatMap((numbers) => [...numbers]));
  }

  /** Returns the removed files that are still on the disk, latest first, with the commits whose rows they hold. */
  async #scanRemoved(): Promise<ReadonlyMap<string, ReadonlySet<CommitNumber>>> {
    const found = new Map<string, ReadonlySet<CommitNumber>>();
    for (const path of [...this.#snapshot.tombstones.values()].map((remove) => decodePath(remove.path)).reverse()) {
      if (!isInsideTable(path) || this.#originals.has(path) || this.#disk.stat(path)?.kind !== 'file') continue;
      const commits = await this.commitsIn(path).catch(damagedAsUndefined);
      if (commits !== undefined) found.set(path, commits);
    }
    return found;
  }
}

function readEntry(disk: Disk, number: CommitNumber): LogEntry {
  const commit = readCommitIfSound(disk, number);
  if (commit === undefined) return { isOurs: true, original: undefined };
  if (commit.commitInfo?.['pond'] === undefined) return { isOurs: false };
  const add = commit.adds.find((add) => rangeOf(add)?.to === number);
  const original = add && addFileOf(add, number);
  const isThere = original !== undefined && disk.stat(original.path)?.sizeBytes === original.add.size;
  return { isOurs: true, original: isThere ? original : undefined };
}

/** A removed file that is damaged holds nothing: a row that is in no other file is reported as missing. */
function damagedAsUndefined(error: unknown): undefined {
  if (!isPondError(error, 'pond-damaged')) throw error;
}

/** Returns a log entry; undefined for one that is damaged or was cleaned up: a checkpoint has taken its place. */
function readCommitIfSound(disk: Disk, number: CommitNumber): DeltaCommit | undefined {
  try {
    return readCommit(disk, number);
  } catch (error) {
    if (isPondError(error, 'pond-damaged')) return undefined;
    throw error;
  }
}

/** Returns ascending numbers as ranges. */
export function rangesOf(numbers: readonly CommitNumber[]): readonly CommitRange[] {
  const ranges: { from: CommitNumber; to: CommitNumber }[] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last?.to === number - 1) last.to = number;
    else ranges.push({ from: number, to: number });
  }
  return ranges;
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
