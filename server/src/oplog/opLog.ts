/**
 * The op log: rows in Parquet files under a Delta table. It locates the file of a commit's rows, and appends a commit
 * as one data file and one log entry.
 *
 * Invariants:
 * - A commit of ours writes a `txn` action with its own number, so a snapshot shows our latest commit without reading
 *   any; other engines' commits to the table do not.
 * - Every data file of ours is tagged with the commits whose rows it holds, so compacted files are found too.
 */
import { randomUUID } from 'node:crypto';
import { type CommitNumber, commitsDown, type CommitRange, firstCommit, nextCommit } from '../delta/commitNumber.ts';
import { isPondError, PondError } from '../base/error.ts';
import { lazyAsync } from '../base/lazy.ts';
import { plainProtocol, checkWritable } from '../delta/actions.ts';
import { commitVersion, type CommitDraft, type CommitOutcome, type OwnCommitInfo } from '../delta/commit.ts';
import { asObject } from '../delta/fields.ts';
import { type AddFile } from '../delta/files.ts';
import { commitFile, logDirectory, readCommit } from '../delta/log.ts';
import { applyCommit, openTable, refreshTable, snapshotAt, type DeltaSnapshot } from '../delta/snapshot.ts';
import { checkpointDue, writeCheckpoint } from '../delta/checkpoint.ts';
import { type Disk } from '../storage/disk.ts';
import { makeDirectoryDurable, removeQuietly } from '../storage/durable.ts';
import { FileIndex, type ForeignTableVersion, foreignCommit, rangesOf, rangeTag, type RowFiles } from './fileIndex.ts';
import { findTakenOut, missingRow } from './takenOut.ts';
import { RowReader, type RowRequest } from './rowReader.ts';
import { appId, headOf, requirePond, tableConfiguration } from './pondTable.ts';
import { deltaSchema, type OpRow, type StoredRow } from './rows.ts';

/** Content of a commit, for the number that it gets. */
interface Appending {
  readonly rows: readonly OpRow[];
  /** The commit's record, for commitInfo; plain JSON. */
  readonly record: Readonly<Record<string, unknown>>;
}

interface AppendRequest {
  /** UUID of the attempt, the same for a retry. */
  readonly id: string;
  readonly operation: string;
  /** Milliseconds since 1970 UTC. */
  readonly timeMs: number;
  /** Called for each number tried; when another engine takes a number, the next one is tried. */
  readonly build: (number: CommitNumber) => Promise<Appending>;
}

/** The op log of one pond; returned by create and open. */
export class OpLog {
  readonly #disk: Disk;
  readonly #rows: RowReader;
  #snapshot: DeltaSnapshot;
  #files: FileIndex;

  private constructor(disk: Disk, snapshot: DeltaSnapshot) {
    this.#disk = disk;
    this.#rows = new RowReader(disk);
    this.#snapshot = snapshot;
    this.#files = new FileIndex(disk, snapshot, this.#rows);
  }

  /** Creates the table and its first commit, number 0. Fails `pond-exists` when there is a table. */
  static async create(disk: Disk, tableId: string, request: AppendRequest): Promise<OpLog> {
    makeDirectoryDurable(disk, logDirectory);
    const { rows, record } = await request.build(firstCommit);
    const add = await writeData(disk, rows, firstCommit, request.timeMs);
    const draft: CommitDraft = {
      commitInfo: commitInfo(request, record),
      protocol: plainProtocol,
      metaData: {
        id: tableId,
        name: 'pond',
        format: { provider: 'parquet', options: {} },
        schemaString: deltaSchema,
        partitionColumns: [],
        configuration: tableConfiguration,
        createdTime: request.timeMs,
      },
      txns: [{ appId, version: 0, lastUpdated: request.timeMs }],
      adds: [add],
    };
    const outcome = publish(disk, firstCommit, draft, add);
    if ('conflict' in outcome) throw new PondError('pond-exists', 'a Delta table is there already');
    return (await OpLog.open(disk))!;
  }

  /**
   * Returns the latest state, or that at table version `upTo`; undefined when there is no Delta table. Fails
   * `pond-not-found` for a Delta table that is not a pond, `pond-too-new`, and `pond-damaged` for a damaged log.
   */
  static async open(disk: Disk, upTo?: CommitNumber): Promise<OpLog | undefined> {
    const snapshot = await (upTo === undefined ? openTable(disk) : snapshotAt(disk, upTo));
    if (snapshot === undefined) return undefined;
    requirePond(snapshot);
    return new OpLog(disk, snapshot);
  }

  /** UUID of the table. */
  get id(): string {
    return this.#snapshot.metaData.id;
  }

  /** Number of our latest commit. */
  get head(): CommitNumber {
    return headOf(this.#snapshot);
  }

  /** Latest version of the table, ours or another engine's. */
  get tableVersion(): CommitNumber {
    return this.#snapshot.version;
  }

  /**
   * Returns the commits of other engines since the last checkpoint, ascending, each with the commits of ours that it
   * took out of the table, and the number of their files that are known only from a checkpoint.
   */
  async foreignCommits(): Promise<{ readonly commits: readonly ForeignTableVersion[]; readonly earlierFiles: number }> {
    const takenOut = await findTakenOut(this.#disk, this.#snapshot, this.head, this.#files);
    const commits = this.#files.foreignVersions(this.#snapshot.checkpointVersion).map((version) => ({
      ...foreignCommit(version, readCommit(this.#disk, version)?.commitInfo),
      tookOut: version === takenOut.by ? rangesOf(takenOut.commits) : [],
    }));
    return { commits, earlierFiles: this.#files.earlierForeignFiles };
  }

  /** Returns the data files with rows of our commits up to `number`; paths relative to the disk. */
  rowFiles(number: CommitNumber): Promise<RowFiles> {
    return this.#files.upTo(number < this.head ? number : this.head);
  }

  /** Returns the row of a key, written by commit `txn`. Fails `pond-damaged` when it is not at its location. */
  async readRow(request: RowRequest): Promise<StoredRow> {
    for (const path of this.#files.candidates(request.txn)) {
      const row = await this.#rows.read(path, request);
      if (row !== undefined) return row;
    }
    for (const path of await this.#files.removedWith(request.txn)) {
      const row = await this.#rows.read(path, request);
      if (row !== undefined) return row;
    }
    throw missingRow(this.#disk, this.#files.foreignVersions(undefined), request);
  }

  /** Returns the rows of directories and pages in one data file written by some commits, with their content. */
  directoryRows(path: string, commits: readonly CommitRange[]): AsyncIterable<StoredRow> {
    const isWanted = (txn: bigint): boolean => commits.some(({ from, to }) => from <= txn && txn <= to);
    return this.#rows.scan(
      path,
      ({ fileType, txn }) =>
        (fileType === 'directory' || fileType === 'page') && typeof txn === 'bigint' && isWanted(txn),
    );
  }

  /** Returns a commit's record; undefined for another engine's commit and for a number that does not exist. */
  record(number: CommitNumber): Readonly<Record<string, unknown>> | undefined {
    if (number > this.tableVersion) return undefined;
    const record = readCommit(this.#disk, number)?.commitInfo?.['pond'];
    return record === undefined ? undefined : asObject(record, 'pond', { file: commitFile(number), line: 1 });
  }

  /** True when a commit of ours lies between two numbers, both exclusive; `low` undefined is before the first. */
  hasBetween(low: CommitNumber | undefined, high: CommitNumber): boolean {
    for (const number of commitsDown(high, low)) {
      if (number !== high && number !== low && this.#files.ofCommit(number) !== undefined) return true;
    }
    return false;
  }

  /** True when the log entry of one of our commits is gone but its rows exist. */
  isCleanedUp(number: CommitNumber): boolean {
    return number <= this.head && readCommit(this.#disk, number) === undefined;
  }

  /**
   * Appends a commit and returns its number; durable on return. Fails `lock-held` when another of our processes
   * commits. Files of ours that another engine took out of the table since our last commit are added again: the engine's
   * VACUUM would delete them.
   */
  async append(request: AppendRequest): Promise<CommitNumber> {
    checkWritable(this.#snapshot.protocol);
    for (;;) {
      const number = nextCommit(this.tableVersion);
      const { rows, record } = await request.build(number);
      const takenOut = await findTakenOut(this.#disk, this.#snapshot, this.head, this.#files);
      const add = await writeData(this.#disk, rows, number, request.timeMs);
      const actions = {
        commitInfo: commitInfo(request, record),
        txns: [{ appId, version: number, lastUpdated: request.timeMs }],
        removes: takenOut.removes.map((remove) => ({ ...remove, deletionTimestamp: request.timeMs })),
        adds: [add, ...takenOut.adds],
      };
      const outcome = publish(this.#disk, number, actions, add);
      if ('committed' in outcome) {
        this.#snapshot = applyCommit(this.#snapshot, { version: number, ...actions });
        if (actions.adds.length === 1) this.#files.add(number, add.path);
        else this.#files = new FileIndex(this.#disk, this.#snapshot, this.#rows);
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

  /** Reads new commits of other processes; true when there were any. */
  refresh(): boolean {
    const next = refreshTable(this.#disk, this.#snapshot);
    if (next === this.#snapshot) return false;
    requirePond(next);
    this.#snapshot = next;
    this.#files = new FileIndex(this.#disk, this.#snapshot, this.#rows);
    return true;
  }

  /** A checkpoint can be rebuilt from the log: a failed write is harmless and is retried at the next commit. */
  async #checkpoint(nowMs: number): Promise<void> {
    if (!checkpointDue(this.#snapshot)) return;
    try {
      this.#snapshot = await writeCheckpoint(this.#disk, this.#snapshot, nowMs);
    } catch (error) {
      if (!(error instanceof PondError)) throw error;
    }
  }
}

/** Loaded on the first write: readers start faster. Calling the loader at each commit would cost more. */
const dataFileWriter = lazyAsync(() => import('./dataFile.ts'));

async function writeData(disk: Disk, rows: readonly OpRow[], number: CommitNumber, timeMs: number): Promise<AddAction> {
  const path = `${randomUUID()}.parquet`;
  const { writeDataFile } = await dataFileWriter();
  const { sizeBytes, numRecords } = await writeDataFile(disk, path, rows, number);
  try {
    // The file's name must be durable before the log refers to it.
    disk.syncDirectory('');
  } catch (error) {
    removeQuietly(disk, path);
    throw error;
  }
  return {
    path,
    partitionValues: {},
    size: sizeBytes,
    modificationTime: timeMs,
    dataChange: true,
    stats: JSON.stringify({ numRecords }),
    tags: { [rangeTag]: `${number}-${number}` },
  };
}

type AddAction = AddFile['add'];

/**
 * Like commitVersion; when the commit certainly did not happen, removes the data file that was written for it, which
 * would keep a full disk full. Other files that it adds are those of earlier commits, and stay.
 */
function publish(disk: Disk, number: CommitNumber, actions: CommitDraft, written: AddAction): CommitOutcome {
  try {
    return commitVersion(disk, number, actions);
  } catch (error) {
    if (!isPondError(error, 'commit-unknown')) removeQuietly(disk, written.path);
    throw error;
  }
}

function commitInfo(request: AppendRequest, record: Readonly<Record<string, unknown>>): OwnCommitInfo {
  return {
    timestamp: request.timeMs,
    operation: request.operation,
    operationParameters: {},
    isBlindAppend: false,
    engineInfo: 'duckpond',
    txnId: request.id,
    pond: record,
  };
}
