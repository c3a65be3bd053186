/**
 * Rebuilds lost log entries of a pond from its own data files: the row of a commit holds its record, and the rest follows
 * from the file. The hashes in the record vouch for it and for the rows.
 */
import { sha256Of } from '../base/sha256.ts';
import { type DeltaCommit } from '../delta/actions.ts';
import { type CommitNumber, firstCommit } from '../delta/commitNumber.ts';
import { sha256Tag } from '../delta/log.ts';
import { isPondError } from '../base/error.ts';
import { metadataOf } from '../oplog/parseRow.ts';
import { rangeTag } from '../oplog/pondTable.ts';
import { entryOf, tableOf } from '../oplog/publish.ts';
import { RowReader } from '../oplog/rowReader.ts';
import { type StoredRow } from '../oplog/rows.ts';
import { type Disk } from '../storage/disk.ts';
import { hashOf } from './checkHistory.ts';
import { rowsHash } from './commitHash.ts';
import { commitIn } from './history.ts';
import { dataFileName } from './leftovers.ts';
import { type Commit } from './commitRecord.ts';

/** A log entry that was rebuilt, and its commit. */
interface RebuiltEntry {
  readonly entry: DeltaCommit;
  readonly commit: Commit;
}

/** Data files of one pond, as sources of its log entries. */
export class EntrySource {
  readonly #disk: Disk;
  readonly #pondId: string;
  readonly #reader: RowReader;
  #paths: ReadonlyMap<CommitNumber, readonly string[]> | undefined;

  constructor(disk: Disk, pondId: string) {
    this.#disk = disk;
    this.#pondId = pondId;
    this.#reader = new RowReader(disk);
  }

  /** Returns the entries of a commit that intact data files give; [] when there is none, or the commit has no hash. */
  async entries(number: CommitNumber): Promise<readonly RebuiltEntry[]> {
    this.#paths ??= await this.#commitsOfFiles();
    const found: RebuiltEntry[] = [];
    for (const path of this.#paths.get(number) ?? []) {
      const rebuilt = await unlessDamaged(() => this.#rebuild(path, number));
      if (rebuilt !== undefined) found.push(rebuilt);
    }
    return found;
  }

  /** Reads which commit each data file of the pond is of: the first need reads them all. */
  async #commitsOfFiles(): Promise<ReadonlyMap<CommitNumber, readonly string[]>> {
    const paths = new Map<CommitNumber, string[]>();
    for (const path of this.#disk.list('').filter((name) => dataFileName.test(name))) {
      const commits = (await unlessDamaged(() => this.#reader.commitsIn(path))) ?? new Set();
      for (const number of commits.size === 1 ? commits : []) paths.set(number, [...(paths.get(number) ?? []), path]);
    }
    return paths;
  }

  async #rebuild(path: string, number: CommitNumber): Promise<RebuiltEntry | undefined> {
    const rows: StoredRow[] = [];
    for await (const row of this.#reader.scan(path, () => true)) rows.push(row);
    const own = rows.filter(({ fileType }) => fileType !== 'commit');
    const record = rows.map(metadataOf).find(({ commit }) => commit !== undefined)?.commit;
    if (record === undefined || !own.every(isIntact)) return undefined;
    const { hash, sizeBytes } = await hashOf(this.#disk, path);
    // Time and operation are in the record, which is parsed and compared with its hash first.
    const commit = commitIn(this.#pondId, { ...entryWith(number, record), adds: [] });
    if (commit?.hash === undefined || commit.rowsHash !== rowsHash(own, number)) return undefined;
    const timeMs = Math.floor(commit.timeUs / 1000);
    const add = {
      path,
      partitionValues: {},
      size: sizeBytes,
      modificationTime: timeMs,
      dataChange: true,
      stats: JSON.stringify({ numRecords: rows.length }),
      tags: { [rangeTag]: `${number}-${number}`, [sha256Tag]: hash },
    };
    const facts = { id: commit.id, operation: commit.operation, timeMs, number, record };
    const table = number === firstCommit ? tableOf(this.#pondId, timeMs) : {};
    return { entry: { version: number, ...entryOf(facts, add), ...table }, commit };
  }
}

/** An entry that has only the record of a commit. */
function entryWith(number: CommitNumber, record: Readonly<Record<string, unknown>>): DeltaCommit {
  const add = { path: '', partitionValues: {}, size: 0, modificationTime: 0, dataChange: true };
  return { version: number, ...entryOf({ id: '', operation: '', timeMs: 0, number, record }, add) };
}

/** True when the content of a row has the hash of the row; that of a listing is part of the hash of the rows. */
function isIntact({ fileType, content, sha256: expected }: StoredRow): boolean {
  if (content === undefined || fileType === 'directory' || fileType === 'page') return true;
  return sha256Of(content) === expected;
}

async function unlessDamaged<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!isPondError(error, 'pond-damaged')) throw error;
    return undefined;
  }
}
