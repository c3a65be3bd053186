import { type RowGroup } from 'hyparquet';
import { sha256Of } from '../base/sha256.ts';
import { lazyAsync } from '../base/lazy.ts';
import { type CommitNumber } from './commitNumber.ts';
import { PondError } from '../base/error.ts';
import { type Disk } from '../storage/disk.ts';
import { checkReadable, type MetaData, type Protocol, type Remove, type Txn } from './actions.ts';
import { checkpointColumns } from './checkpointSchema.ts';
import { decodePath } from './dataPath.ts';
import { addFileOf, type AddFile } from './files.ts';
import { LayeredMap } from './layeredMap.ts';
import { type OtherCheckpoint, sidecarDirectory } from './checkpointFiles.ts';
import { asObject, damaged, Fields, type Json, type LogPosition, parseObject } from './fields.ts';
import { checkpointFile, logDirectory } from './logPaths.ts';
import { decodeText, parseAction } from './parse.ts';
import { type ParquetFile } from '../parquet/file.ts';
import { type DeltaSnapshot, type TableHead } from './deltaSnapshot.ts';

/**
 * Returns the snapshot in a checkpoint of one file with the classic name. `sha256` is the hash of the file where it is
 * known. Fails with `pond-damaged` when the file is missing, altered or cannot be decoded (also for an unsupported
 * codec); with `pond-too-new` when the table needs a newer reader.
 */
export async function readCheckpoint(disk: Disk, version: CommitNumber, sha256?: string): Promise<DeltaSnapshot> {
  const file = checkpointFile(version);
  const rows = await readRows(checkpointBytes(disk, file, sha256), file);
  return await snapshotOf(disk, rows, version, file);
}

/**
 * Like readCheckpoint, without the files, of which only the number of rows is returned: a checkpoint has a row for each
 * commit of a pond, and decoding them takes 20 times as long as comparing the hash.
 */
export async function readCheckpointHead(
  disk: Disk,
  version: CommitNumber,
  sha256: string,
): Promise<{ readonly head: TableHead; readonly rows: number }> {
  const file = checkpointFile(version);
  const parquet = await openRows(checkpointBytes(disk, file, sha256), file);
  const table = new CheckpointTable();
  for await (const { row, place } of rowsOf(parquet, file, headColumns)) table.add(row, place);
  return { head: table.head(version, file), rows: Number(parquet.metadata.num_rows) };
}

/** Returns the bytes of a checkpoint, which have the hash where it is known. */
function checkpointBytes(disk: Disk, file: string, sha256: string | undefined): Uint8Array {
  const bytes = looksLikeParquet(disk, file) ? disk.readFile(file) : undefined;
  if (!bytes) throw new PondError('pond-damaged', `${file} is not Parquet`, { path: file });
  const got = sha256 === undefined ? undefined : sha256Of(bytes);
  if (got === sha256) return bytes;
  throw new PondError('pond-damaged', `${file} is altered: its hash is ${got}; expected ${sha256}`, { path: file });
}

/**
 * Returns the snapshot in a checkpoint in several parts or of version 2, whose files have these names in the log. Fails
 * like readCheckpoint.
 */
export async function readOtherCheckpoint(disk: Disk, { version, names }: OtherCheckpoint): Promise<DeltaSnapshot> {
  const rows: PlacedRow[] = [];
  for (const name of names) {
    const file = `${logDirectory}/${name}`;
    const bytes = disk.readFile(file);
    if (bytes === undefined) throw new PondError('pond-damaged', `${file} is missing`, { path: file });
    rows.push(...(await (name.endsWith('.json') ? readLines(bytes, file) : readRows(bytes, file))));
  }
  return await snapshotOf(disk, rows, version, `${logDirectory}/${names[0]}`);
}

/** Like readCheckpoint, from the bytes of a file. */
export async function parseCheckpoint(bytes: Uint8Array, version: CommitNumber, file: string): Promise<DeltaSnapshot> {
  return await snapshotOf(undefined, await readRows(bytes, file), version, file);
}

/** Returns the snapshot in the rows of a checkpoint, and in the sidecars on the disk that they name. */
async function snapshotOf(
  disk: Disk | undefined,
  rows: readonly PlacedRow[],
  version: CommitNumber,
  file: string,
): Promise<DeltaSnapshot> {
  const table = new CheckpointTable();
  for (const { row, place } of rows) {
    const sidecar = sidecarIn(row, place);
    if (sidecar === undefined) table.add(row, place);
    else for (const more of await readSidecar(disk, sidecar)) table.add(more.row, more.place);
  }
  return table.snapshot(version, file);
}

/** Collects the actions of a checkpoint. */
class CheckpointTable {
  readonly #files = new Map<string, AddFile>();
  readonly #tombstones = new Map<string, Remove>();
  readonly #transactions = new Map<string, Txn>();
  #protocol: Protocol | undefined;
  #metaData: MetaData | undefined;

  add(row: Json, place: LogPosition): void {
    const action = parseAction(row, place);
    if (action === undefined) return;
    if ('add' in action) {
      const live = addFileOf(action.add, undefined);
      this.#files.set(live.path, live);
    } else if ('remove' in action) this.#tombstones.set(decodePath(action.remove.path), action.remove);
    else if ('txn' in action) this.#transactions.set(action.txn.appId, action.txn);
    else if ('protocol' in action) this.#protocol = action.protocol;
    else if ('metaData' in action) this.#metaData = action.metaData;
  }

  snapshot(version: CommitNumber, file: string): DeltaSnapshot {
    const [files, tombstones] = [LayeredMap.of(this.#files), LayeredMap.of(this.#tombstones)];
    return { ...this.head(version, file), files, tombstones };
  }

  head(version: CommitNumber, file: string): TableHead {
    const [protocol, metaData] = [this.#protocol, this.#metaData];
    if (!protocol || !metaData) {
      const lacks = protocol ? 'metaData' : 'protocol';
      throw new PondError('pond-damaged', `${file} has no ${lacks}; expected it in every checkpoint`, { path: file });
    }
    checkReadable(protocol, file);
    return {
      version,
      protocol,
      metaData,
      transactions: LayeredMap.of(this.#transactions),
      checkpointVersion: version,
      unusableCheckpoints: [],
    };
  }
}

/** A file with the file actions of a checkpoint of version 2. */
interface Sidecar {
  readonly file: string;
  readonly sizeBytes: number;
}

function sidecarIn(row: Json, place: LogPosition): Sidecar | undefined {
  if (row['sidecar'] === undefined || row['sidecar'] === null) return undefined;
  const fields = new Fields(asObject(row['sidecar'], 'sidecar', place), 'sidecar', place);
  const name = decodePath(fields.path());
  // A path to anywhere else is allowed by the protocol, but a table of ours is in one folder.
  if (/[/\\\0]|^\.\.?$/.test(name)) throw damaged(place, `the sidecar ${name} is not in the folder for sidecars`);
  return { file: `${logDirectory}/${sidecarDirectory}/${name}`, sizeBytes: fields.count('sizeInBytes') };
}

async function readSidecar(disk: Disk | undefined, { file, sizeBytes }: Sidecar): Promise<readonly PlacedRow[]> {
  const bytes = disk?.readFile(file);
  if (bytes?.length === sizeBytes) return await readRows(bytes, file);
  const got = bytes === undefined ? 'it is missing' : `it has ${bytes.length}`;
  throw new PondError('pond-damaged', `sidecar ${file} should have ${sizeBytes} bytes; ${got}`, { path: file });
}

/**
 * True when the file exists, begins and ends like Parquet, and has the length that its end declares. Reads twelve
 * bytes.
 */
export function looksLikeParquet(disk: Disk, file: string): boolean {
  const sizeBytes = disk.stat(file)?.sizeBytes ?? 0;
  const head = disk.readRange(file, 0, 4);
  const tail = disk.readRange(file, Math.max(0, sizeBytes - 8), sizeBytes);
  if (head?.byteLength !== 4 || tail?.byteLength !== 8 || sizeBytes < 12) return false;
  const footerBytes = new DataView(tail.buffer, tail.byteOffset).getUint32(0, true);
  return isMagic(head) && isMagic(tail.subarray(4)) && footerBytes <= sizeBytes - 12;
}

function isMagic(bytes: Uint8Array): boolean {
  return String.fromCharCode(...bytes) === 'PAR1';
}

/** A row of a checkpoint. */
interface PlacedRow {
  readonly row: Json;
  readonly place: LogPosition;
}

/** Columns of all that a checkpoint says but for files; of a row group they hold a few values or none. */
const headColumns: readonly string[] = ['txn', 'metaData', 'protocol'];

async function readRows(bytes: Uint8Array, path: string): Promise<readonly PlacedRow[]> {
  const rows: PlacedRow[] = [];
  const columns = [...checkpointColumns, 'sidecar'];
  for await (const row of rowsOf(await openRows(bytes, path), path, columns)) rows.push(row);
  return rows;
}

/** Loaded on demand: few openings meet a checkpoint that is worth the load time of the decoder. */
const parquetReader = lazyAsync(() => import('../parquet/file.ts'));

async function openRows(bytes: Uint8Array, path: string): Promise<ParquetFile> {
  const { openParquet } = await parquetReader();
  const read = (start: number, end: number): Uint8Array => bytes.subarray(start, end);
  return openParquet({ path, sizeBytes: bytes.length, read });
}

/** Yields the rows of the groups that have values in some of the columns, with those columns. */
async function* rowsOf(file: ParquetFile, path: string, wanted: readonly string[]): AsyncIterable<PlacedRow> {
  const { readRowGroup } = await parquetReader();
  let before = 0;
  for (const [index, group] of file.metadata.row_groups.entries()) {
    const columns = columnsOf(group, wanted);
    const rows = columns.length === 0 ? [] : await readRowGroup(file, index, { columns });
    for (const [at, row] of rows.entries()) yield { row, place: { file: path, line: before + at + 1 } };
    before += Number(group.num_rows);
  }
}

function readLines(bytes: Uint8Array, file: string): readonly PlacedRow[] {
  const lines = decodeText(bytes, file).split('\n');
  return lines.flatMap((line, index) => {
    const place = { file, line: index + 1 };
    return line.trim() === '' ? [] : [{ row: parseObject(line, 'the line', place), place }];
  });
}

/**
 * Returns the action columns that have values in the row group. A row has one action, so the other columns of a long
 * run of rows hold only nulls, and decoding those would take longer than the rest.
 */
function columnsOf({ columns }: RowGroup, wanted: readonly string[]): string[] {
  return wanted.filter((name) =>
    columns.some(({ meta_data: chunk }) => {
      const nulls = chunk?.statistics?.null_count;
      return chunk?.path_in_schema[0] === name && (nulls === undefined || nulls < chunk.num_values);
    }),
  );
}
