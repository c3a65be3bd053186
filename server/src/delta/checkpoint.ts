import { sha256Of } from '../base/sha256.ts';
import { PondError } from '../base/error.ts';
import { type Disk } from '../storage/disk.ts';
import { replaceFile } from '../storage/durable.ts';
import { checkWritable, type Add, type MetaData, type Remove, type Txn } from './actions.ts';
import { checkpointColumns, checkpointSchema } from './checkpointSchema.ts';
import { readHint, sha256Tag } from './log.ts';
import { checkpointFile, hintFile } from './logPaths.ts';
import { parseCheckpoint } from './readCheckpoint.ts';
import { type DeltaSnapshot, type TableHead } from './deltaSnapshot.ts';

/** Commits between checkpoints while a table is small. */
const commitsBetween = 50;

/** Rows that a checkpoint may write for each commit since the last one. */
const rowsPerCommit = 20;

type TableVersion = Pick<TableHead, 'version' | 'checkpointVersion'>;

/**
 * True when the next opening should not have to replay all commits since the last checkpoint. The threshold grows with
 * the table, so that checkpoints cost each commit the same share however old the table is. `rows` are those that a
 * checkpoint has.
 */
export function checkpointDue({ version, checkpointVersion }: TableVersion, rows: number): boolean {
  const since = version - (checkpointVersion ?? -1);
  return since >= Math.max(commitsBetween, rows / rowsPerCommit);
}

/**
 * Writes the snapshot as a classic checkpoint and then the hint that names it. Both repeat the commits and may be
 * deleted. All data files of the snapshot must be durable. Returns the snapshot with its checkpoint version. `nowMs` is
 * milliseconds since 1970 UTC. Fails with `pond-too-new` when other engines store things in the table that are not
 * supported here, and with the storage codes; a failure leaves the table intact.
 */
export async function writeCheckpoint(disk: Disk, snapshot: DeltaSnapshot, nowMs: number): Promise<DeltaSnapshot> {
  checkWritable(snapshot.protocol);
  const file = checkpointFile(snapshot.version);
  const rows = checkpointRows(snapshot, nowMs);
  const bytes = await encode(rows);
  // Other engines cannot open a table with an unreadable checkpoint, so it is read back before it is published.
  const back = await parseCheckpoint(bytes, snapshot.version, file);
  if (back.files.size !== snapshot.files.size || back.metaData.id !== snapshot.metaData.id) {
    throw new PondError('pond-damaged', `${file} was not written: it would not read back as the table is`, {
      path: file,
    });
  }
  replaceFile(disk, file, bytes);
  // Only now, when the file is durable: a hint to a missing file also locks other engines out.
  if ((readHint(disk)?.version ?? -1) <= snapshot.version)
    replaceFile(disk, hintFile, hintFor(snapshot, rows.length, bytes));
  return { ...snapshot, checkpointVersion: snapshot.version };
}

type Row = Readonly<Record<string, unknown>>;

/** Returns one row for each action of the table; tombstones until they expire. */
function checkpointRows(snapshot: DeltaSnapshot, nowMs: number): readonly Row[] {
  const oldestMs = nowMs - tombstoneRetentionMs(snapshot.metaData.configuration['delta.deletedFileRetentionDuration']);
  const rows: Row[] = [{ protocol: snapshot.protocol }, { metaData: metaDataRow(snapshot.metaData) }];
  for (const txn of snapshot.transactions.values()) rows.push({ txn: txnRow(txn) });
  for (const remove of snapshot.tombstones.values()) {
    if ((remove.deletionTimestamp ?? 0) >= oldestMs) rows.push({ remove: removeRow(remove) });
  }
  for (const { add } of snapshot.files.values()) rows.push({ add: addRow(add) });
  return rows;
}

function metaDataRow(metaData: MetaData): Row {
  return { ...metaData, createdTime: long(metaData.createdTime) };
}

function txnRow(txn: Txn): Row {
  return { ...txn, version: long(txn.version), lastUpdated: long(txn.lastUpdated) };
}

function addRow(add: Add): Row {
  // Only the commit declares that data changed: a checkpoint repeats the file, not the change.
  return { ...add, size: long(add.size), modificationTime: long(add.modificationTime), dataChange: false };
}

function removeRow(remove: Remove): Row {
  const deletionTimestamp = long(remove.deletionTimestamp);
  return { ...remove, size: long(remove.size), deletionTimestamp, dataChange: false };
}

/** Converts a 64-bit integer for the Parquet writer. */
function long(value: number | undefined): bigint | undefined {
  return value === undefined ? undefined : BigInt(value);
}

const unitMs: Readonly<Record<string, number>> = {
  millisecond: 1,
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
};

/**
 * Returns the retention of tombstones, milliseconds, from an interval such as `interval 1 week`. One that cannot be
 * parsed keeps them forever.
 */
function tombstoneRetentionMs(interval = 'interval 1 week'): number {
  const match = /^(?:interval\s+)?(\d+)\s+([a-z]+?)s?$/i.exec(interval.trim());
  const unit = unitMs[match?.[2]?.toLowerCase() ?? ''];
  return match && unit !== undefined ? Number(match[1]) * unit : Infinity;
}

async function encode(rows: readonly Row[]): Promise<Uint8Array> {
  const { parquetWriteBuffer } = await import('hyparquet-writer');
  const columnData = checkpointColumns.map((name) => ({ name, data: rows.map((row) => row[name] ?? null) }));
  // Rows that are not about files are first, in a row group of their own, which is read without the others.
  const firstFile = rows.findIndex((row) => row['add'] !== undefined || row['remove'] !== undefined);
  const rowGroupSize = [firstFile < 0 ? rows.length : firstFile, 10_000];
  return new Uint8Array(parquetWriteBuffer({ schema: [...checkpointSchema], columnData, rowGroupSize }));
}

function hintFor(snapshot: DeltaSnapshot, size: number, bytes: Uint8Array): Uint8Array {
  const hint = {
    version: snapshot.version,
    size,
    sizeInBytes: bytes.byteLength,
    numOfAddFiles: snapshot.files.size,
    // An altered byte may leave a checkpoint that is readable and names another file.
    tags: { [sha256Tag]: sha256Of(bytes) },
  };
  return new TextEncoder().encode(JSON.stringify(hint));
}
