/**
 * The op log: rows in Parquet files under a Delta table. It locates the file of a commit's rows, and appends a commit
 * as one data file and one log entry.
 *
 * Invariants:
 * - A commit of ours writes a `txn` action with its own number, so a snapshot shows our latest commit without reading
 *   any; other engines' commits to the table do not.
 * - Every data file of ours is tagged with the commits whose rows it holds, so compacted files are found too.
 */
import {
  type CommitNumber,
  commitNumber,
  commitsDown,
  type CommitRange,
  commitsUp,
  firstCommit,
  latestCommit,
  nextCommit,
} from '../delta/commitNumber.ts';
import { isPondError, PondError } from '../base/error.ts';
import { type Add, checkWritable, type DeltaCommit } from '../delta/actions.ts';
import { type AddFile } from '../delta/files.ts';
import { latestVersion, readCommit } from '../delta/log.ts';
import { logDirectory } from '../delta/logPaths.ts';
import { type TableHead } from '../delta/deltaSnapshot.ts';
import { LazyTable, lazyTableAt, refreshTable } from '../delta/lazyTable.ts';
import { snapshotFromCommits } from '../delta/snapshot.ts';
import { checkpointDue, writeCheckpoint } from '../delta/checkpoint.ts';
import { type Disk } from '../storage/disk.ts';
import { makeDirectoryDurable, removeQuietly } from '../storage/durable.ts';
import { FileIndex, rangesOf } from './fileIndex.ts';
import { type RowFiles, type RowRequest, type AppendRequest, type OpLog } from './opLog.ts';
import { type ForeignTableVersion, foreignCommit } from './foreignVersion.ts';
import { findRow } from './findRow.ts';
import { findTakenOut, missingRow } from './takenOut.ts';
import { RowReader } from './rowReader.ts';
import { headOf, recordIn, requirePond } from './pondTable.ts';
import { entryOf, publish, tableOf, writeData } from './publish.ts';
import { type StoredRow } from './rows.ts';
import { type SavedTables } from './savedTables.ts';

/** Commits that an opening may replay before the state after them is saved. */
const replayedMax = 32;

/** The op log of one pond, in its Delta table; returned by create and open. */
export class TableOpLog implements OpLog {
  readonly #disk: Disk;
  readonly #rows: RowReader;
  readonly #saved: SavedTables | undefined;
  #table: LazyTable;
  #files: FileIndex;
  /** True once a row was not found with the help of a checkpoint. */
  #hasLeftCheckpoint = false;

  private constructor(disk: Disk, table: LazyTable, saved: SavedTables | undefined) {
    this.#disk = disk;
    this.#rows = new RowReader(disk, (path) => this.addOf(path));
    this.#saved = saved;
    this.#table = table;
    this.#files = this.#index();
  }

  #index(): FileIndex {
    const commitsIn = (path: string): ReturnType<RowReader['commitsIn']> => this.#rows.commitsIn(path);
    return new FileIndex(this.#disk, () => this.#table, commitsIn);
  }

  /** Creates the table and its first commit, number 0. Fails `pond-exists` when there is a table. */
  static async create(disk: Disk, tableId: string, request: AppendRequest): Promise<TableOpLog> {
    makeDirectoryDurable(disk, logDirectory);
    const { rows, record } = await request.build(firstCommit);
    const add = await writeData(disk, rows, firstCommit, request.timeMs);
    const actions = {
      ...entryOf({ ...request, number: firstCommit, record }, add),
      ...tableOf(tableId, request.timeMs),
    };
    const outcome = publish(disk, firstCommit, actions, add);
    if ('conflict' in outcome) throw new PondError('pond-exists', 'a Delta table is there already');
    return (await TableOpLog.open(disk))!;
  }

  /**
   * Returns the latest state, or that at table version `upTo`; undefined when there is no Delta table. `saved` has the
   * state that another process saved, which was read. Fails `pond-not-found` for a Delta table that is not a pond,
   * `pond-too-new`, and `pond-damaged` for a damaged log.
   */
  static async open(disk: Disk, upTo?: CommitNumber, saved?: SavedTables): Promise<TableOpLog | undefined> {
    const version = upTo ?? latestVersion(disk);
    if (version === undefined) return undefined;
    const table = await lazyTableAt(disk, version, saved?.latest);
    try {
      const opLog = TableOpLog.#of(disk, table, saved);
      opLog.#save();
      return opLog;
    } catch (error) {
      const mayBeCheckpoint = isPondError(error, 'pond-damaged') && table.head.checkpointVersion !== undefined;
      const fromCommits = mayBeCheckpoint ? snapshotFromCommits(disk, version) : undefined;
      if (fromCommits === undefined) throw error;
      return TableOpLog.#of(disk, LazyTable.of(disk, fromCommits), undefined);
    }
  }

  static #of(disk: Disk, table: LazyTable, saved: SavedTables | undefined): TableOpLog {
    requirePond(table.head);
    const opLog = new TableOpLog(disk, table, saved);
    opLog.#checkHead();
    return opLog;
  }

  get #head(): TableHead {
    return this.#table.head;
  }

  get id(): string {
    return this.#head.metaData.id;
  }

  get head(): CommitNumber {
    return headOf(this.#head);
  }

  get tableVersion(): CommitNumber {
    return this.#head.version;
  }

  async foreignCommits(): Promise<{ readonly commits: readonly ForeignTableVersion[]; readonly earlierFiles: number }> {
    const nothing = { commits: [], earlierFiles: 0 };
    if (this.#isKnownAsOurs()) return nothing;
    if (await this.#files.isOursAlone()) {
      this.#saved?.write(this.#disk, this.#table, { isOursAlone: true });
      return nothing;
    }
    const takenOut = await findTakenOut(this.#disk, this.#table, this.head, this.#files);
    const versions = await this.#files.foreignVersions(this.#head.checkpointVersion);
    const commits = versions.map((version) => ({
      ...foreignCommit(version, readCommit(this.#disk, version)?.commitInfo),
      removedCommits: version === takenOut.by ? rangesOf(takenOut.commits) : [],
    }));
    return { commits, earlierFiles: await this.#files.earlierForeignFiles(versions) };
  }

  /** True when it is known without reading all files that other engines wrote nothing. */
  #isKnownAsOurs(): boolean {
    const upTo = this.#saved?.oursUpTo;
    return upTo !== undefined && this.#files.isOursSince(upTo);
  }

  /** Saves the state for the next process where this one replayed many commits. */
  #save(): void {
    const { version, checkpointVersion = firstCommit } = this.#head;
    const known = latestCommit(checkpointVersion, this.#saved?.latest?.head.version ?? firstCommit);
    if (version - known >= replayedMax) {
      this.#saved?.write(this.#disk, this.#table, { isOursAlone: this.#isKnownAsOurs() });
    }
  }

  async hasFile(path: string): Promise<boolean> {
    return (await this.#table.snapshot()).files.get(path) !== undefined;
  }

  rowFiles(number: CommitNumber): Promise<RowFiles> {
    return this.#files.upTo(number < this.head ? number : this.head);
  }

  async verifiedRowFiles(number: CommitNumber): Promise<RowFiles> {
    const files = (): Promise<RowFiles> =>
      this.#files.upTo(number < this.head ? number : this.head, (path) => this.#rows.problemOf(path));
    try {
      return await files();
    } catch (error) {
      if (!isPondError(error, 'pond-damaged') || !this.#leaveCheckpoint()) throw error;
      return await files();
    }
  }

  async readRow(request: RowRequest): Promise<StoredRow> {
    let found = await findRow(this.#files, this.#rows, request);
    if (found.row === undefined && this.#leaveCheckpoint()) found = await findRow(this.#files, this.#rows, request);
    if (found.row !== undefined) return found.row;
    throw found.damage ?? missingRow(this.#disk, await this.#files.foreignVersions(undefined), request);
  }

  /**
   * Reads the table from its commits alone, as a checkpoint may name other files than they do: it has no hash when another
   * engine or an old version wrote it. False when that was done before, there is no checkpoint, or commits are missing.
   */
  #leaveCheckpoint(): boolean {
    if (this.#hasLeftCheckpoint || this.#head.checkpointVersion === undefined) return false;
    this.#hasLeftCheckpoint = true;
    const fromCommits = snapshotFromCommits(this.#disk, this.#head.version);
    if (fromCommits === undefined) return false;
    this.#table = LazyTable.of(this.#disk, fromCommits);
    this.#files = this.#index();
    this.#rows.forget();
    return true;
  }

  entry(number: CommitNumber): DeltaCommit | undefined {
    return number > this.tableVersion ? undefined : readCommit(this.#disk, number);
  }

  async liveFiles(): Promise<Iterable<AddFile>> {
    return (await this.#table.snapshot()).files.values();
  }

  addOf(path: string): Promise<Add | undefined> {
    return this.#files.addOf(path);
  }

  rowsIn(path: string, commits?: readonly CommitRange[]): AsyncIterable<StoredRow> {
    return new RowReader(this.#disk).scan(
      path,
      ({ txn }) => commits?.some(({ from, to }) => typeof txn === 'bigint' && from <= txn && txn <= to) ?? true,
    );
  }

  directoryRows(path: string, commits: readonly CommitRange[]): AsyncIterable<StoredRow> {
    const isWanted = (txn: bigint): boolean => commits.some(({ from, to }) => from <= txn && txn <= to);
    return this.#rows.scan(
      path,
      ({ fileType, txn }) =>
        (fileType === 'directory' || fileType === 'page') && typeof txn === 'bigint' && isWanted(txn),
    );
  }

  record(number: CommitNumber): Readonly<Record<string, unknown>> | undefined {
    if (number > this.tableVersion) return undefined;
    const entry = readCommit(this.#disk, number);
    return entry && recordIn(entry);
  }

  /** Fails `pond-damaged` when an entry after the latest commit has a record: then that commit lost its number. */
  #checkHead(): void {
    const read = Math.max(this.head, this.#head.checkpointVersion ?? 0);
    for (const number of commitsUp(nextCommit(commitNumber(read)), this.tableVersion)) this.record(number);
  }

  async hasBetween(low: CommitNumber | undefined, high: CommitNumber): Promise<boolean> {
    for (const number of commitsDown(high, low)) {
      if (number !== high && number !== low && (await this.#files.isOurs(number))) return true;
    }
    return false;
  }

  isCleanedUp(number: CommitNumber): boolean {
    return number <= this.head && readCommit(this.#disk, number) === undefined;
  }

  async append(request: AppendRequest): Promise<CommitNumber> {
    checkWritable(this.#head.protocol);
    for (;;) {
      const number = nextCommit(this.tableVersion);
      const { rows, record } = await request.build(number);
      const takenOut = await findTakenOut(this.#disk, this.#table, this.head, this.#files);
      const add = await writeData(this.#disk, rows, number, request.timeMs);
      const actions = {
        ...entryOf({ ...request, number, record }, add),
        removes: takenOut.removes.map((remove) => ({ ...remove, deletionTimestamp: request.timeMs })),
        adds: [add, ...takenOut.adds],
      };
      const outcome = publish(this.#disk, number, actions, add);
      if ('committed' in outcome) {
        this.#table = this.#table.with({ version: number, ...actions });
        if (actions.adds.length === 1) this.#files.add(number, add.path);
        else this.#files = this.#index();
        await this.#checkpoint(request.timeMs);
        return number;
      }
      // The file of the lost attempt holds another number.
      removeQuietly(this.#disk, add.path);
      const head = this.head;
      this.refresh();
      if (this.head !== head) throw new PondError('lock-held', `commit ${this.head} was made by another process`);
    }
  }

  refresh(): boolean {
    const next = refreshTable(this.#disk, this.#table);
    if (next === this.#table) return false;
    requirePond(next.head);
    this.#table = next;
    this.#files = this.#index();
    this.#checkHead();
    return true;
  }

  /** A checkpoint can be rebuilt from the log: a failed write is harmless and is retried at the next commit. */
  async #checkpoint(nowMs: number): Promise<void> {
    if (!checkpointDue(this.#head, this.#table.rows)) return;
    try {
      const written = await writeCheckpoint(this.#disk, await this.#table.snapshot(), nowMs);
      this.#table = LazyTable.of(this.#disk, written);
    } catch (error) {
      if (!(error instanceof PondError)) throw error;
    }
  }
}
