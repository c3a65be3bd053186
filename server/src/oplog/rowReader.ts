/**
 * Reads single rows out of data files by key. Keeps, for the files used last, the footer and the keys of the row groups
 * touched; data files never change, so nothing here is ever stale.
 */
import { parquetMetadata, parquetReadObjects, type AsyncBuffer, type FileMetaData } from 'hyparquet';
import { PondError } from '../base/error.ts';
import { type Disk } from '../storage/disk.ts';
import { columnNames, type RowType, type StoredRow } from './rows.ts';

const openFilesMax = 64;
/** Files up to this size are read whole: one call instead of several. */
const wholeFileBytesMax = 256 * 1024;
const footerBytes = 64 * 1024;

export interface RowReader {
  /**
   * The row of that key and commit in a data file; undefined when the file has none. Without `content` the content
   * column is not read. Fails `pond-damaged` when the file is missing, short or not Parquet.
   */
  read(file: string, key: RowRequest): Promise<StoredRow | undefined>;
  /** The rows of the wanted types, with content, a row group at a time. Fails as `read`. */
  scan(file: string, wanted: (type: RowType) => boolean): AsyncIterable<StoredRow>;
}

export interface RowRequest {
  readonly partId: string;
  readonly nodeId: string;
  readonly txn: number;
  /** Tells apart the versions of a series that one commit brought; without it the newest of them is meant. */
  readonly version?: number;
  readonly content: boolean;
}

interface OpenFile {
  readonly buffer: AsyncBuffer;
  readonly metadata: FileMetaData;
  /** Per row group touched: row index in the file of each `part/node/txn`. */
  readonly groups: Map<number, ReadonlyMap<string, number>>;
}

/** A reader of the data files on a disk. */
export function createRowReader(disk: Disk): RowReader {
  const open = new Map<string, OpenFile>();

  function fileOf(path: string): OpenFile {
    const known = open.get(path);
    if (known !== undefined) {
      // Re-inserting keeps the map in order of use.
      open.delete(path);
      open.set(path, known);
      return known;
    }
    const opened = openFile(disk, path);
    open.set(path, opened);
    if (open.size > openFilesMax) open.delete(open.keys().next().value!);
    return opened;
  }

  return {
    async read(path, request) {
      try {
        return await readRow(fileOf(path), request);
      } catch (cause) {
        if (cause instanceof PondError) throw cause;
        throw unreadable(path, cause);
      }
    },
    async *scan(path, wanted) {
      const file = fileOf(path);
      let rowStart = 0;
      for (const group of file.metadata.row_groups) {
        const rowEnd = rowStart + Number(group.num_rows);
        for (const row of await readRows(file, { rowStart, rowEnd }, [...columnNames])) {
          if (wanted(row.fileType)) yield row;
        }
        rowStart = rowEnd;
      }
    },
  };
}

const unreadable = (path: string, cause: unknown): PondError =>
  new PondError('pond-damaged', `data file ${path} cannot be read`, { path, cause });

function openFile(disk: Disk, path: string): OpenFile {
  const stat = disk.stat(path);
  if (stat === undefined) throw new PondError('pond-damaged', `data file ${path} is missing`, { path });
  const tailStart = stat.sizeBytes <= wholeFileBytesMax ? 0 : Math.max(0, stat.sizeBytes - footerBytes);
  const tail = exactly(disk, path, tailStart, stat.sizeBytes);
  const buffer: AsyncBuffer = {
    byteLength: stat.sizeBytes,
    slice: (start, end = stat.sizeBytes) =>
      copyOf(start >= tailStart ? tail.subarray(start - tailStart, end - tailStart) : exactly(disk, path, start, end)),
  };
  return { buffer, metadata: footerOf(disk, path, tail, stat.sizeBytes), groups: new Map() };
}

/** The footer may be longer than the tail that was read: its length stands in the file's last eight bytes. */
function footerOf(disk: Disk, path: string, tail: Uint8Array, sizeBytes: number): FileMetaData {
  if (tail.length < 8) throw new PondError('pond-damaged', `data file ${path} is too short`, { path });
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  const needed = view.getUint32(tail.length - 8, true) + 8;
  const bytes = needed <= tail.length ? tail : exactly(disk, path, Math.max(0, sizeBytes - needed), sizeBytes);
  return parquetMetadata(copyOf(bytes));
}

function exactly(disk: Disk, path: string, start: number, end: number): Uint8Array {
  const bytes = disk.readRange(path, start, end);
  if (bytes?.length !== end - start) throw new PondError('pond-damaged', `data file ${path} is short`, { path });
  return bytes;
}

/** hyparquet wants an ArrayBuffer that starts at the first byte. */
function copyOf(bytes: Uint8Array): ArrayBuffer {
  return bytes.slice().buffer;
}

async function readRow(file: OpenFile, request: RowRequest): Promise<StoredRow | undefined> {
  let rowStart = 0;
  for (const [index, group] of file.metadata.row_groups.entries()) {
    const rowEnd = rowStart + Number(group.num_rows);
    if (mayHold(group, request.partId)) {
      const row = (await keysOf(file, index, rowStart, rowEnd)).get(groupKey(request));
      if (row !== undefined) return await rowAt(file, row, request.content);
    }
    rowStart = rowEnd;
  }
  return undefined;
}

function mayHold(group: FileMetaData['row_groups'][number], partId: string): boolean {
  const statistics = group.columns[0]?.meta_data?.statistics;
  const [min, max] = [statistics?.min_value, statistics?.max_value];
  return typeof min !== 'string' || typeof max !== 'string' || (min <= partId && partId <= max);
}

const groupKey = (row: { partId: string; nodeId: string; txn: number; version?: number | undefined }): string =>
  `${row.partId}/${row.nodeId}/${row.txn}${row.version === undefined ? '' : `/${row.version}`}`;

async function keysOf(
  file: OpenFile,
  index: number,
  rowStart: number,
  rowEnd: number,
): Promise<ReadonlyMap<string, number>> {
  const known = file.groups.get(index);
  if (known !== undefined) return known;
  const rows = await parquetReadObjects({
    file: file.buffer,
    metadata: file.metadata,
    columns: ['part_id', 'node_id', 'txn', 'version'],
    rowStart,
    rowEnd,
  });
  const keys = new Map<string, number>();
  for (const [i, row] of rows.entries()) {
    const key = { partId: row['part_id'] as string, nodeId: row['node_id'] as string, txn: Number(row['txn']) };
    // Rows are in order of version, so the key without one is left with the newest.
    keys.set(groupKey(key), rowStart + i);
    keys.set(groupKey({ ...key, version: Number(row['version']) }), rowStart + i);
  }
  file.groups.set(index, keys);
  return keys;
}

const columnsWithoutContent = columnNames.filter((name) => name !== 'content');

async function rowAt(file: OpenFile, row: number, content: boolean): Promise<StoredRow> {
  const columns = [...(content ? columnNames : columnsWithoutContent)];
  const [found] = await readRows(file, { rowStart: row, rowEnd: row + 1 }, columns);
  return found!;
}

async function readRows(
  file: OpenFile,
  range: { readonly rowStart: number; readonly rowEnd: number },
  columns: string[],
): Promise<StoredRow[]> {
  const rows = await parquetReadObjects({
    file: file.buffer,
    metadata: file.metadata,
    columns,
    ...range,
    utf8: false,
    useOffsetIndex: true,
    parsers: { timestampFromMicroseconds: (us) => Number(us) },
  });
  return rows.map(storedRow);
}

/** Makes a row of the op log of what hyparquet read with micros as numbers and binary as bytes. */
function storedRow(row: Record<string, unknown>): StoredRow {
  const optional = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
  const content = row['content'];
  return {
    partId: row['part_id'] as string,
    nodeId: row['node_id'] as string,
    timestampUs: row['timestamp'] as number,
    version: Number(row['version']),
    fileType: row['file_type'] as RowType,
    metadata: row['metadata'] as string,
    sizeBytes: Number(row['size']),
    sha256: row['sha256'] as string,
    minTimeUs: optional(row['min_time']),
    maxTimeUs: optional(row['max_time']),
    txn: Number(row['txn']),
    content: content instanceof Uint8Array ? content : undefined,
  };
}
