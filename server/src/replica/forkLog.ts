/**
 * The log of a fork: the history of a pond under another id. The hash of a commit covers the id of its pond, and the row of
 * the commit has the hash, so each entry and each data file is written again. Trees, contents and their hashes stay.
 */
import { sha256Of } from '../base/sha256.ts';
import { PondError } from '../base/error.ts';
import { type Add, type DeltaCommit, type Remove, serializeCommit } from '../delta/actions.ts';
import { type CommitNumber, commitsUp, firstCommit } from '../delta/commitNumber.ts';
import { decodePath } from '../delta/dataPath.ts';
import { sha256Tag } from '../delta/log.ts';
import { commitFile, logDirectory } from '../delta/logPaths.ts';
import { writeDataFile } from '../oplog/dataFile.ts';
import { rangeOf } from '../oplog/liveFiles.ts';
import { type OpLog } from '../oplog/opLog.ts';
import { rangeTag } from '../oplog/pondTable.ts';
import { entryOf, tableOf } from '../oplog/publish.ts';
import { RowReader } from '../oplog/rowReader.ts';
import { type OpRow } from '../oplog/rows.ts';
import { commitHash } from '../pond/commitHash.ts';
import { commitIn, commitRow, recordOf } from '../pond/history.ts';
import { type Commit } from '../pond/commitRecord.ts';
import { type Disk } from '../storage/disk.ts';
import { type StagedLog } from './stagedLog.ts';

/** The fork to write. */
interface Fork {
  /** Disk with the log and the data files of the pond; those of the fork are written to it. */
  readonly disk: Disk;
  readonly opLog: OpLog;
  /** Receives the entries of the fork. */
  readonly staged: StagedLog;
  /** Id of the fork: the same id gives the same files, byte for byte. */
  readonly id: string;
  /** Called for each commit; it throws `cancelled` to end the work. */
  readonly onCommit: (done: number, total: number) => void;
}

/**
 * Writes the data files of a fork and stages its log. Returns the paths of the data files that only the pond has. Fails
 * `pond-too-new` where another engine removed entries or rewrote rows.
 */
export async function forkLog(fork: Fork): Promise<readonly string[]> {
  const { opLog, disk } = fork;
  if ((await opLog.rowFiles(opLog.head)).rewritten !== undefined) throw notForked('rewrote the files of its commits');
  const writer = new ForkWriter(fork);
  for (const number of commitsUp(firstCommit, opLog.tableVersion)) {
    fork.onCommit(number, opLog.tableVersion + 1);
    const entry = opLog.entry(number);
    if (entry === undefined) throw notForked('removed old entries of its log');
    await writer.add(entry);
  }
  disk.syncDirectory('');
  return writer.replaced;
}

function notForked(what: string): PondError {
  return new PondError('pond-too-new', `no fork can be made of this pond: another engine ${what}`, {
    path: logDirectory,
    hint: 'Clone the pond without --fork, or export what is needed into a new pond.',
  });
}

class ForkWriter {
  readonly #fork: Fork;
  readonly #reader: RowReader;
  /** Actions of the data files of the fork, by the path of the file that each replaces. */
  readonly #files = new Map<string, Add>();
  #parent: Commit | undefined;

  constructor(fork: Fork) {
    this.#fork = fork;
    this.#reader = new RowReader(fork.disk, (path) => fork.opLog.addOf(path));
  }

  get replaced(): readonly string[] {
    return [...this.#files.keys()];
  }

  /** Adds the entry that follows. Entries of other engines, and commits without a hash, stay but for the names. */
  async add(entry: DeltaCommit): Promise<void> {
    const { staged, opLog } = this.#fork;
    const commit = commitIn(opLog.id, entry);
    const forked = commit?.hash === undefined ? this.#renamed(entry) : await this.#forked(entry, commit);
    staged.add(commitFile(entry.version), serializeCommit(forked));
    if (commit?.hash === undefined && commit !== undefined) this.#parent = commit;
  }

  #renamed(entry: DeltaCommit): DeltaCommit {
    const { id } = this.#fork;
    return {
      ...entry,
      ...(entry.metaData !== undefined && { metaData: { ...entry.metaData, id } }),
      adds: entry.adds.map((add) => this.#add(add)),
      removes: entry.removes.map((remove) => this.#remove(remove)),
    };
  }

  async #forked(entry: DeltaCommit, commit: Commit): Promise<DeltaCommit> {
    const { id } = this.#fork;
    const { number, operation } = commit;
    const own = entry.adds.find((add) => rangeOf(add)?.to === number);
    if (own === undefined) throw notForked(`took the file of commit ${number} out of its entry`);
    const forked = this.#again(commit);
    this.#parent = forked;
    const timeMs = Math.floor(commit.timeUs / 1000);
    const add = await this.#write(own, forked, timeMs);
    const written = entryOf({ id: commit.id, operation, timeMs, number, record: recordOf(forked) }, add);
    const others = entry.adds.filter((other) => other !== own).map((other) => this.#add(other));
    return {
      ...{ version: number, ...written, ...(number === firstCommit ? tableOf(id, timeMs) : {}) },
      ...{ adds: [...written.adds, ...others], removes: entry.removes.map((remove) => this.#remove(remove)) },
    };
  }

  /** Returns a commit as one of the fork. */
  #again(commit: Commit): Commit {
    const { hash: _, ...facts } = commit;
    const parentHash = commit.parentHash === undefined ? undefined : this.#parent?.hash;
    const chained = { ...facts, parentHash };
    return { ...chained, hash: commitHash(this.#fork.id, chained) };
  }

  /** Writes the data file of a commit with another row of the commit itself. */
  async #write(own: Add, commit: Commit, timeMs: number): Promise<Add> {
    const { disk, id } = this.#fork;
    const { number } = commit;
    const from = decodePath(own.path);
    const path = `${forkedName(id, from)}.parquet`;
    const rows: OpRow[] = [];
    for await (const row of this.#reader.scan(from, () => true)) {
      if (row.fileType === 'commit') rows.push(commitRow(commit));
      else
        rows.push({ ...row, content: row.content && { sizeBytes: row.content.length, load: this.#loader(from, row) } });
    }
    // An earlier run may have written a part of it.
    disk.remove(path);
    const { sizeBytes, numRecords, sha256 } = await writeDataFile(disk, path, rows, number);
    const add: Add = {
      ...{ path, partitionValues: {}, size: sizeBytes, modificationTime: timeMs, dataChange: true },
      stats: JSON.stringify({ numRecords }),
      tags: { [rangeTag]: `${number}-${number}`, [sha256Tag]: sha256 },
    };
    this.#files.set(from, add);
    return add;
  }

  /** Reads the content of a row when it is written: a commit may have more than fits in memory. */
  #loader(path: string, { partId, nodeId, version, txn }: OpRow & { readonly txn: CommitNumber }) {
    return async (): Promise<Uint8Array> => {
      const row = await this.#reader.read(path, { partId, nodeId, version, txn });
      return row?.content ?? new Uint8Array();
    };
  }

  #add(add: Add): Add {
    const forked = this.#files.get(decodePath(add.path));
    return forked === undefined ? add : { ...forked, dataChange: add.dataChange };
  }

  #remove(remove: Remove): Remove {
    const forked = this.#files.get(decodePath(remove.path));
    return forked === undefined
      ? remove
      : { ...remove, path: forked.path, ...(remove.size !== undefined && { size: forked.size }) };
  }
}

/** Returns the UUID that names the file of a fork in the place of a file of the pond. */
function forkedName(id: string, path: string): string {
  const hex = sha256Of(`${id}\0${path}`);
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
