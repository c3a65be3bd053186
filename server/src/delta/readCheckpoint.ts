import { createHash } from 'node:crypto';
import { type RowGroup } from 'hyparquet';
import { type CommitNumber } from './commitNumber.ts';
import { PondError } from '../base/error.ts';
import { type Disk } from '../storage/disk.ts';
import { checkReadable, type MetaData, type Protocol, type Remove, type Txn } from './actions.ts';
import { checkpointColumns } from './checkpointSchema.ts';
import { decodePath } from './dataPath.ts';
import { addFileOf, type AddFile } from './files.ts';
import { LayeredMap } from './layeredMap.ts';
import { checkpointFile } from './log.ts';
import { parseAction } from './parse.ts';
import { type DeltaSnapshot } from './tableState.ts';

/**
 * Returns the snapshot in a classic checkpoint of one file. `sha256` is the hash of the file where it is known. Fails
 * with `pond-damaged` when the file is missing, altered or cannot be decoded (also for an unsupported codec); with
 * `pond-too-new` when the table needs a newer reader.
 */
export async function readCheckpoint(disk: Disk, version: CommitNumber, sha256?: string): Promise<DeltaSnapshot> {
  const file = checkpointFile(version);
  const bytes = looksLikeParquet(disk, file) ? disk.readFile(file) : undefined;
  if (!bytes) throw new PondError('pond-damaged', `${file} is not Parquet`, { path: file });
  const got = sha256 === undefined ? undefined : createHash('sha256').update(bytes).digest('hex');
  if (got !== sha256) {
    throw new PondError('pond-damaged', `${file} is altered: its hash is ${got}; expected ${sha256}`, { path: file });
  }
  return parseCheckpoint(bytes, version, file);
}

/** Like readCheckpoint, from the bytes of a file. */
export async function parseCheckpoint(bytes: Uint8Array, version: CommitNumber, file: string): Promise<DeltaSnapshot> {
  const rows = await readRows(bytes, file);
  const files = new Map<string, AddFile>();
  const tombstones = new Map<string, Remove>();
  const transactions = new Map<string, Txn>();
  let protocol: Protocol | undefined;
  let metaData: MetaData | undefined;
  for (const [index, row] of rows.entries()) {
    const action = parseAction(row, { file, line: index + 1 });
    if (action === undefined) continue;
    if ('add' in action) {
      const live = addFileOf(action.add, undefined);
      files.set(live.path, live);
    } else if ('remove' in action) tombstones.set(decodePath(action.remove.path), action.remove);
    else if ('txn' in action) transactions.set(action.txn.appId, action.txn);
    else if ('protocol' in action) protocol = action.protocol;
    else if ('metaData' in action) metaData = action.metaData;
  }
  if (!protocol || !metaData) {
    const lacks = protocol ? 'metaData' : 'protocol';
    throw new PondError('pond-damaged', `${file} has no ${lacks}; expected it in every checkpoint`, { path: file });
  }
  checkReadable(protocol, file);
  return {
    version,
    protocol,
    metaData,
    files: LayeredMap.of(files),
    tombstones: LayeredMap.of(tombstones),
    transactions: LayeredMap.of(transactions),
    checkpointVersion: version,
    unusableCheckpoints: [],
  };
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

type Row = Readonly<Record<string, unknown>>;

async function readRows(bytes: Uint8Array, path: string): Promise<readonly Row[]> {
  // Loaded on demand: few openings meet a checkpoint that is worth the load time of the decoder.
  const { openParquet, readRowGroup } = await import('../parquet/file.ts');
  const read = (start: number, end: number): Uint8Array => bytes.subarray(start, end);
  const file = openParquet({ path, sizeBytes: bytes.length, read });
  const groups: (readonly Row[])[] = [];
  for (const [index, group] of file.metadata.row_groups.entries()) {
    groups.push(await readRowGroup(file, index, { columns: columnsOf(group) }));
  }
  return groups.flat();
}

/**
 * Returns the action columns that have values in the row group. A row has one action, so the other columns of a long
 * run of rows hold only nulls, and decoding those would take longer than the rest.
 */
function columnsOf({ columns }: RowGroup): string[] {
  return checkpointColumns.filter((name) =>
    columns.some(({ meta_data: chunk }) => {
      const nulls = chunk?.statistics?.null_count;
      return chunk?.path_in_schema[0] === name && (nulls === undefined || nulls < chunk.num_values);
    }),
  );
}
