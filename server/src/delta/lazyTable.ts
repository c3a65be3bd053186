/**
 * A table whose files are read on first need: opening a pond asks for none of them, and a table has one for each commit.
 */
import { isPondError } from '../base/error.ts';
import { lazyAsync } from '../base/lazy.ts';
import { type Disk } from '../storage/disk.ts';
import { type DeltaCommit } from './actions.ts';
import { type CommitNumber, commitsUp, nextCommit } from './commitNumber.ts';
import { decodePath } from './dataPath.ts';
import { type DeltaSnapshot, type TableHead } from './deltaSnapshot.ts';
import { type AddFile, addFileOf } from './files.ts';
import { LayeredMap } from './layeredMap.ts';
import { readCommit, readHint } from './log.ts';
import { readCheckpointHead } from './readCheckpoint.ts';
import { snapshotAt } from './snapshot.ts';
import { applyCommit, headAfter } from './tableState.ts';

/** Facts about a table that need no look at its files: from a checkpoint, or as an earlier process saved it. */
export interface TableBase {
  readonly head: TableHead;
  /** Number of rows that a checkpoint of it has. */
  readonly rows: number;
}

/** A table at one version. Immutable, but for the files, which are kept once they were read. */
export class LazyTable {
  readonly head: TableHead;
  /** Number of rows that a checkpoint of it has, or a few more. */
  readonly rows: number;
  /** Live files that were added since the base, by AddFile.path; all files where there is no base. */
  readonly recent: LayeredMap<AddFile>;
  /** Returns the table with its files. Fails like snapshotAt. */
  readonly snapshot: () => Promise<DeltaSnapshot>;
  readonly #disk: Disk;
  #read: DeltaSnapshot | undefined;

  private constructor(disk: Disk, { head, rows }: TableBase, recent: LayeredMap<AddFile>, read?: DeltaSnapshot) {
    this.#disk = disk;
    this.head = head;
    this.rows = rows;
    this.recent = recent;
    this.#read = read;
    this.snapshot = lazyAsync(async () => (this.#read ??= await snapshotAt(disk, head.version)));
  }

  /** Returns the table of a base, whose files are read when they are needed. */
  static on(disk: Disk, base: TableBase): LazyTable {
    return new LazyTable(disk, base, LayeredMap.of(new Map<string, AddFile>()));
  }

  /** Returns a table whose files are known. */
  static of(disk: Disk, snapshot: DeltaSnapshot): LazyTable {
    const rows = snapshot.files.size + snapshot.tombstones.size;
    return new LazyTable(disk, { head: snapshot, rows }, snapshot.files, snapshot);
  }

  /** The table with its files, where they were read; undefined otherwise. */
  get read(): DeltaSnapshot | undefined {
    return this.#read;
  }

  /** Returns the table after the commit, which must be the next one. Fails like applyCommit. */
  with(commit: DeltaCommit): LazyTable {
    if (this.#read !== undefined) return LazyTable.of(this.#disk, applyCommit(this.#read, commit));
    const changes = new Map<string, AddFile | undefined>();
    for (const { path } of commit.removes) changes.set(decodePath(path), undefined);
    for (const add of commit.adds) changes.set(decodePath(add.path), addFileOf(add, commit.version));
    const base = { head: headAfter(this.head, commit), rows: this.rows + commit.adds.length };
    return new LazyTable(this.#disk, base, this.recent.with(changes));
  }
}

/**
 * Returns the table at a version, on the latest of the base and the checkpoint that the hint names; with its files where
 * neither can be used. Fails like snapshotAt.
 */
export async function lazyTableAt(disk: Disk, version: CommitNumber, saved: TableBase | undefined): Promise<LazyTable> {
  const earlier = saved !== undefined && saved.head.version <= version ? saved : undefined;
  const base = await baseFor(disk, version, earlier);
  const table = base && replayedOn(disk, LazyTable.on(disk, base), version);
  return table ?? LazyTable.of(disk, await snapshotAt(disk, version));
}

/** Commits after a saved state that are replayed although a later checkpoint exists: reading that takes as long. */
const replayedMax = 256;

async function baseFor(
  disk: Disk,
  version: CommitNumber,
  saved: TableBase | undefined,
): Promise<TableBase | undefined> {
  const hint = readHint(disk);
  // A checkpoint without a known hash may be damaged anywhere, so it is read whole.
  const isUsable = hint?.sha256 !== undefined && hint.names === undefined && hint.version <= version;
  if (saved !== undefined && (!isUsable || hint.version <= saved.head.version + replayedMax)) {
    return isUsable ? { ...saved, head: { ...saved.head, checkpointVersion: hint.version } } : saved;
  }
  if (!isUsable) return undefined;
  try {
    return await readCheckpointHead(disk, hint.version, hint.sha256);
  } catch (error) {
    // The table that is then read whole says what is unusable.
    if (!isPondError(error, 'pond-damaged')) throw error;
    return undefined;
  }
}

/** Applies the commits after a table up to a version; undefined when one is missing. */
function replayedOn(disk: Disk, start: LazyTable, version: CommitNumber): LazyTable | undefined {
  let table = start;
  for (const next of commitsUp(nextCommit(start.head.version), version)) {
    const commit = readCommit(disk, next);
    if (commit === undefined) return undefined;
    table = table.with(commit);
  }
  return table;
}

/**
 * Returns the table with all later commits; the same object when there are none. Reads only those. Fails like
 * applyCommit.
 */
export function refreshTable(disk: Disk, table: LazyTable): LazyTable {
  let latest = table;
  for (;;) {
    const commit = readCommit(disk, nextCommit(latest.head.version));
    if (commit === undefined) return latest;
    latest = latest.with(commit);
  }
}
