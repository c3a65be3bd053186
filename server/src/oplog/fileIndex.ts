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
  nextCommit,
} from '../delta/commitNumber.ts';
import { isPondError, type PondError } from '../base/error.ts';
import { lazyAsync } from '../base/lazy.ts';
import { type Add, type DeltaCommit } from '../delta/actions.ts';
import { decodePath, isInsideTable } from '../delta/dataPath.ts';
import { addFileOf, type AddFile } from '../delta/files.ts';
import { readCommit } from '../delta/log.ts';
import { type LazyTable } from '../delta/lazyTable.ts';
import { type Disk } from '../storage/disk.ts';
import { LiveFiles, type RangeFile, rangeOf } from './liveFiles.ts';
import { type RowFiles, type Rewritten } from './opLog.ts';

/** Log entries up to the last checkpoint that a search for other engines reads. */
const earlierEntriesMax = 1000;

/** Returns the error of a data file that cannot be used; undefined for a sound one. */
type ProblemOf = (path: string) => PondError | undefined | Promise<PondError | undefined>;

/** Returns the commits whose rows a data file holds. */
type CommitsIn = (path: string) => Promise<ReadonlySet<CommitNumber>>;

/** A log entry: another engine's, or ours with the data file that it added while that is on the disk. */
type LogEntry = { readonly isOurs: false } | { readonly isOurs: true; readonly original: AddFile | undefined };

/**
 * Finds the files that hold the rows of a commit. A row is read from the first of these that has it and is intact:
 * 1. the live file of ours with the commit's tag, where it is known without reading all files of the table;
 * 2. the file that the commit itself added, for as long as it is on the disk: another engine may have removed it from the
 *    table, but no engine may change it;
 * 3. the other live files of ours with the commit's tag;
 * 4. live files of other engines, into which OPTIMIZE moves rows;
 * 5. removed files of other engines that are still on the disk, after a RESTORE to a version before them.
 */
export class FileIndex {
  readonly #disk: Disk;
  /** Returns the commits whose rows a data file holds. Fails `pond-damaged` when it cannot be read. */
  readonly commitsIn: CommitsIn;
  readonly #table: () => LazyTable;
  /** Files added since the base of the table, and by new commits. */
  readonly #recent: LiveFiles;
  /** Returns all files of the table. */
  readonly #all: () => Promise<LiveFiles>;
  readonly #entries = new Map<CommitNumber, LogEntry>();
  /** Actions of the files that our commits added, as far as they were looked for. */
  readonly #originals = new Map<string, Add>();
  readonly #removed = lazyAsync(() => this.#scanRemoved());

  /** `table` returns the present table: that of now, and later the one after commits whose files were added here. */
  constructor(disk: Disk, table: () => LazyTable, commitsIn: CommitsIn) {
    this.#disk = disk;
    this.#table = table;
    this.commitsIn = commitsIn;
    const { recent, read } = table();
    this.#recent = new LiveFiles(recent.values());
    // Without a base, all files are recent.
    const isComplete = read !== undefined;
    this.#all = lazyAsync(async () =>
      isComplete ? this.#recent : new LiveFiles((await table().snapshot()).files.values()),
    );
  }

  /** Adds the file of a new commit. */
  add(number: CommitNumber, path: string): void {
    this.#recent.single.set(number, path);
  }

  /** Returns the live file of a single commit of ours; undefined when it has none of its own. */
  async ofCommit(number: CommitNumber): Promise<string | undefined> {
    return this.#recent.single.get(number) ?? (await this.#all()).single.get(number);
  }

  /** True for a commit of ours. Reads its log entry, and all files of the table only where that is not decisive. */
  async isOurs(number: CommitNumber): Promise<boolean> {
    if (this.#recent.single.has(number)) return true;
    const entry = this.#entry(number);
    return entry.isOurs && (entry.original !== undefined || (await this.ofCommit(number)) !== undefined);
  }

  /** Returns the action of the file that a commit added, when it is on the disk and not live. */
  async original(number: CommitNumber): Promise<Add | undefined> {
    const isLive = this.#recent.single.has(number) || (await this.#all()).has(number);
    const entry = isLive ? undefined : this.#entry(number);
    return entry?.isOurs === true ? entry.original?.add : undefined;
  }

  /** Yields the files that may hold rows of a commit, the likeliest first, without those of `removedWith`. */
  async *candidates(number: CommitNumber): AsyncIterable<string> {
    const recent = this.#recent.single.get(number);
    if (recent !== undefined) yield recent;
    const entry = this.#entry(number);
    const original = entry.isOurs ? entry.original?.path : undefined;
    if (original !== undefined && original !== recent) yield original;
    const all = await this.#all();
    const own = all.single.get(number);
    if (own !== undefined && own !== recent && own !== original) yield own;
    for (const { path } of all.inRanges(number)) yield path;
    yield* all.foreignPaths;
  }

  /** Returns the removed files of other engines that hold rows of a commit; reads them all. */
  async removedWith(number: CommitNumber): Promise<readonly string[]> {
    return [...(await this.#removed())].filter(([, commits]) => commits.has(number)).map(([path]) => path);
  }

  /** Returns the action that added a live file, or one of ours which is not live; undefined for any other file. */
  async addOf(path: string): Promise<Add | undefined> {
    const known = this.#table().recent.get(path)?.add ?? this.#originals.get(path);
    return known ?? (await this.#table().snapshot()).files.get(path)?.add;
  }

  /**
   * Returns all files with rows of our commits up to `number`. With `problemOf`, a file of ours that has a problem is left
   * out if files of other engines hold the rows of its commits. Fails with the problem otherwise.
   */
  async upTo(number: CommitNumber, problemOf: ProblemOf = () => undefined): Promise<RowFiles> {
    const own: string[] = [];
    const damaged = new Map<CommitNumber, PondError>();
    const { files, moved } = await this.#ownFiles(number);
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
  async #ownFiles(
    number: CommitNumber,
  ): Promise<{ readonly files: readonly RangeFile[]; readonly moved: readonly CommitNumber[] }> {
    const all = await this.#all();
    const paths = new Map([...all.single, ...this.#recent.single]);
    const single = [...paths].map(([txn, path]) => ({ from: txn, to: txn, path }));
    const files = [...single, ...all.ranges].filter(({ from }) => from <= number);
    const moved: CommitNumber[] = [];
    for (const txn of commitsUp(firstCommit, number)) {
      if (paths.has(txn) || all.has(txn)) continue;
      const entry = this.#entry(txn);
      if (!entry.isOurs) continue;
      if (entry.original === undefined) moved.push(txn);
      else files.push({ from: txn, to: txn, path: entry.original.path });
    }
    return { files, moved };
  }

  /** True when each version of the table after one is a commit of ours with a live file. Reads nothing. */
  isOursSince(version: CommitNumber): boolean {
    for (const at of commitsDown(this.#table().head.version, nextCommit(version))) {
      if (!this.#recent.single.has(at)) return false;
    }
    return true;
  }

  /** True when each version of the table is a commit of ours with a live file, and no other file is live. */
  async isOursAlone(): Promise<boolean> {
    const { single, ranges, foreign } = await this.#all();
    return single.size === this.#table().head.version + 1 && ranges.length === 0 && foreign.length === 0;
  }

  /**
   * Returns the versions of the table that other engines wrote, ascending. Of those up to `checkpoint`, only the entries
   * of the latest are read.
   */
  async foreignVersions(checkpoint: CommitNumber | undefined): Promise<readonly CommitNumber[]> {
    const all = await this.#all();
    let unread = checkpoint === undefined ? Infinity : earlierEntriesMax;
    const found: CommitNumber[] = [];
    for (const at of commitsDown(this.#table().head.version)) {
      if (this.#recent.single.has(at) || all.has(at)) continue;
      if (checkpoint !== undefined && at <= checkpoint && unread-- <= 0) break;
      if (!this.#entry(at).isOurs) found.push(at);
    }
    return found.reverse();
  }

  /** Number of live files of other engines that none of some versions added: a checkpoint does not say who did. */
  async earlierForeignFiles(versions: readonly CommitNumber[]): Promise<number> {
    const earlier = (await this.#all()).foreign.filter(({ addedVersion }) => addedVersion === undefined);
    if (earlier.length === 0) return 0;
    const adds = versions.flatMap((version) => readCommitIfSound(this.#disk, version)?.adds ?? []);
    const added = new Set(adds.map(({ path }) => decodePath(path)));
    return earlier.filter(({ path }) => !added.has(path)).length;
  }

  /** Returns the log entry of a commit. One that was cleaned up counts as ours. */
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
    const { foreignPaths } = await this.#all();
    const held = removed.size === 0 ? new Set(commits) : await this.#commitsInAll(foreignPaths);
    const missing = commits.filter((number) => !held.has(number));
    const again = [...removed].filter(([, inFile]) => missing.some((number) => inFile.has(number)));
    const paths = [...foreignPaths, ...again.map(([path]) => path)];
    return paths.length === 0 ? undefined : { paths, commits: rangesOf(commits), mayRepeat: again.length > 0 };
  }

  async #commitsInAll(paths: readonly string[]): Promise<ReadonlySet<CommitNumber>> {
    const sets = await Promise.all(paths.map((path) => this.commitsIn(path)));
    return new Set(sets.flatMap((numbers) => [...numbers]));
  }

  /** Returns the removed files that are still on the disk, latest first, with the commits whose rows they hold. */
  async #scanRemoved(): Promise<ReadonlyMap<string, ReadonlySet<CommitNumber>>> {
    const found = new Map<string, ReadonlySet<CommitNumber>>();
    const { tombstones } = await this.#table().snapshot();
    for (const path of [...tombstones.values()].map((remove) => decodePath(remove.path)).reverse()) {
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
