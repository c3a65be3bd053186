/**
 * Reads single rows out of data files by key. A row group is read whole: its rows and content are bounded
 * (dataFile.ts), its neighbours are wanted next when a directory is gone through, and decoding a page for one row or
 * for all costs the same. The footers of the files used last and the groups read last are kept; data files never
 * change, so nothing is ever stale.
 */
import { parquetMetadata, parquetReadObjects, type AsyncBuffer, type FileMetaData } from 'hyparquet';
import { PondError } from '../base/error.ts';
import { type Disk } from '../storage/disk.ts';
import { columnNames, type RowType, type StoredRow } from './rows.ts';

const openFilesMax = 64;
/** Files up to this size are read whole: one call instead of several. */
const wholeFileBytesMax = 256 * 1024;
const footerBytes = 64 * 1024;
/** Bytes of decoded row groups that are kept. */
const groupBytesMax = 16 * 1024 * 1024;

export interface RowReader {
  /**
   * The row of that key and commit in a data file; undefined when the file has none. Fails `pond-damaged` when the file
   * is missing, short or not Parquet.
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
}

interface OpenFile {
  readonly buffer: AsyncBuffer;
  readonly metadata: FileMetaData;
}

type RowsByKey = ReadonlyMap<string, StoredRow>;

/** A reader of the data files on a disk. */
export function createRowReader(disk: Disk): RowReader {
  const open = new Map<string, OpenFile>();
  const groups = new Map<string, { readonly rows: Promise<RowsByKey>; readonly sizeBytes: number }>();
  let groupBytes = 0;

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

  function groupOf(path: string, file: OpenFile, at: GroupAt): Promise<RowsByKey> {
    const key = `${path}#${at.rowStart}`;
    const known = groups.get(key);
    if (known !== undefined) return known.rows;
    const rows = readGroup(file, at);
    groups.set(key, { rows, sizeBytes: at.sizeBytes });
    groupBytes += at.sizeBytes;
    rows.catch(() => forget(key));
    for (const oldest of groups.keys()) {
      if (groupBytes <= groupBytesMax || oldest === key) break;
      forget(oldest);
    }
    return rows;
  }

  function forget(key: string): void {
    groupBytes -= groups.get(key)?.sizeBytes ?? 0;
    groups.delete(key);
  }

  return {
    async read(path, request) {
      try {
        const file = fileOf(path);
        for (const at of groupsThatMayHold(file, request.partId)) {
          const row = (await groupOf(path, file, at)).get(rowKey(request));
          if (row !== undefined) return row;
        }
        return undefined;
      } catch (cause) {
        if (cause instanceof PondError) throw cause;
        throw unreadable(path, cause);
      }
    },
    async *scan(path, wanted) {
      const file = fileOf(path);
      for (const at of groupsOf(file)) {
        for (const row of await readRows(file, at)) {
          if (wanted(row.fileType)) yield row;
        }
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
  return { buffer, metadata: footerOf(disk, path, tail, stat.sizeBytes) };
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
  return new Uint8Array(bytes).buffer;
}

/** Where a row group is: rows from (inclusive, 0-based) to (exclusive). */
interface GroupAt {
  readonly rowStart: number;
  readonly rowEnd: number;
  /** Bytes when decoded, about. */
  readonly sizeBytes: number;
}

function groupsOf(file: OpenFile): readonly (GroupAt & { readonly min: unknown; readonly max: unknown })[] {
  let rowEnd = 0;
  return file.metadata.row_groups.map((group) => {
    const rowStart = rowEnd;
    rowEnd += Number(group.num_rows);
    const statistics = group.columns[0]?.meta_data?.statistics;
    const sizeBytes = Number(group.total_byte_size);
    return { rowStart, rowEnd, sizeBytes, min: statistics?.min_value, max: statistics?.max_value };
  });
}

function groupsThatMayHold(file: OpenFile, partId: string): readonly GroupAt[] {
  return groupsOf(file).filter(
    ({ min, max }) => typeof min !== 'string' || typeof max !== 'string' || (min <= partId && partId <= max),
  );
}

const rowKey = (row: { partId: string; nodeId: string; txn: number; version?: number | undefined }): string =>
  `${row.partId}/${row.nodeId}/${row.txn}${row.version === undefined ? '' : `/${row.version}`}`;

async function readGroup(file: OpenFile, at: GroupAt): Promise<RowsByKey> {
  const rows = new Map<string, StoredRow>();
  for (const row of await readRows(file, at)) {
    // Rows are in order of version, so the key without one is left with the newest.
    rows.set(rowKey({ ...row, version: undefined }), row);
    rows.set(rowKey(row), row);
  }
  return rows;
}

async function readRows(file: OpenFile, { rowStart, rowEnd }: GroupAt): Promise<StoredRow[]> {
  const rows = await parquetReadObjects({
    file: file.buffer,
    metadata: file.metadata,
    columns: [...columnNames],
    rowStart,
    rowEnd,
    utf8: false,
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
