/**
 * Reads single rows of data files by key. A row group is read whole: its rows and content are bounded (dataFile.ts), a
 * traversal of the directory needs the adjacent rows next, and decoding a page costs the same for one row or all. The
 * most recently used footers and row groups are cached; data files never change, so the cache is never stale.
 */
import { type CommitNumber, parseCommitNumber } from '../delta/commitNumber.ts';
import { PondError } from '../base/error.ts';
import { openParquet, type ParquetFile, type ParquetRow, readRowGroup } from '../parquet/file.ts';
import { type Disk } from '../storage/disk.ts';
import { parseRow } from './parseRow.ts';
import { columnNames, type StoredRow } from './rows.ts';

const openFilesMax = 64;
/** Files up to this size are read whole: one call instead of several. */
const wholeFileBytesMax = 256 * 1024;
const footerBytes = 64 * 1024;
/** Bytes of decoded row groups in the cache. */
const groupBytesMax = 16 * 1024 * 1024;

export interface RowReader {
  /**
   * Returns the row of a key and commit in a data file; undefined when the file has none. Fails `pond-damaged` when the
   * file is missing, truncated or not Parquet, or the row is not ours.
   */
  read(file: string, key: RowRequest): Promise<StoredRow | undefined>;
  /** Yields the wanted rows, with content, a row group at a time. Fails like `read`. */
  scan(file: string, wanted: (row: RowGlance) => boolean): AsyncIterable<StoredRow>;
}

export interface RowRequest {
  readonly partId: string;
  readonly nodeId: string;
  readonly txn: CommitNumber;
  /** Selects a version when one commit wrote several of a series; without it, the latest. */
  readonly version?: number;
}

/** Fields that decide whether a row is wanted, before it is verified as ours. */
export interface RowGlance {
  readonly fileType: unknown;
  readonly txn: unknown;
}

/** A row of the file, with its position in the row group, from 1. */
interface PlacedRow {
  readonly row: ParquetRow;
  readonly line: number;
}

type RowsByKey = ReadonlyMap<string, PlacedRow>;

/** Returns a reader of the data files on a disk. */
export function createRowReader(disk: Disk): RowReader {
  const open = new Map<string, ParquetFile>();
  const groups = new Map<string, { readonly rows: Promise<RowsByKey>; readonly sizeBytes: number }>();
  let groupBytes = 0;

  function fileOf(path: string): ParquetFile {
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

  function groupOf(path: string, file: ParquetFile, at: GroupAt): Promise<RowsByKey> {
    const key = `${path}#${at.index}`;
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
      const file = fileOf(path);
      for (const at of groupsThatMayHold(file, request.partId)) {
        const found = (await groupOf(path, file, at)).get(rowKey(request));
        if (found !== undefined) return parseRow(found.row, { file: path, line: at.rowStart + found.line });
      }
      return undefined;
    },
    async *scan(path, wanted) {
      const file = fileOf(path);
      for (const at of groupsOf(file)) {
        for (const [index, row] of (await readRows(file, at)).entries()) {
          if (!wanted({ fileType: row['file_type'], txn: row['txn'] })) continue;
          yield parseRow(row, { file: path, line: at.rowStart + index + 1 });
        }
      }
    },
  };
}

function openFile(disk: Disk, path: string): ParquetFile {
  const stat = disk.stat(path);
  if (stat === undefined) throw new PondError('pond-damaged', `data file ${path} is missing`, { path });
  const { sizeBytes } = stat;
  const tailStart = sizeBytes <= wholeFileBytesMax ? 0 : sizeBytes - footerBytes;
  const tail = exactly(disk, path, tailStart, sizeBytes);
  const read = (start: number, end: number): Uint8Array =>
    start >= tailStart ? tail.subarray(start - tailStart, end - tailStart) : exactly(disk, path, start, end);
  return openParquet({ path, sizeBytes, read });
}

function exactly(disk: Disk, path: string, start: number, end: number): Uint8Array {
  const bytes = disk.readRange(path, start, end);
  if (bytes?.length !== end - start) throw new PondError('pond-damaged', `data file ${path} is short`, { path });
  return bytes;
}

/** Location of a row group. */
interface GroupAt {
  /** Index among the row groups, 0-based. */
  readonly index: number;
  /** Rows in the preceding groups. */
  readonly rowStart: number;
  /** Approximate size when decoded, bytes. */
  readonly sizeBytes: number;
}

function groupsOf({ metadata }: ParquetFile): readonly (GroupAt & { readonly min: unknown; readonly max: unknown })[] {
  let rowEnd = 0;
  return metadata.row_groups.map((group, index) => {
    const rowStart = rowEnd;
    rowEnd += Number(group.num_rows);
    const statistics = group.columns[0]?.meta_data?.statistics;
    const sizeBytes = Math.max(0, Number(group.total_byte_size));
    return { index, rowStart, sizeBytes, min: statistics?.min_value, max: statistics?.max_value };
  });
}

function groupsThatMayHold(file: ParquetFile, partId: string): readonly GroupAt[] {
  return groupsOf(file).filter(
    ({ min, max }) => typeof min !== 'string' || typeof max !== 'string' || (min <= partId && partId <= max),
  );
}

const rowKey = (row: { partId: string; nodeId: string; txn: CommitNumber; version?: number | undefined }): string =>
  `${row.partId}/${row.nodeId}/${row.txn}${row.version === undefined ? '' : `/${row.version}`}`;

async function readGroup(file: ParquetFile, at: GroupAt): Promise<RowsByKey> {
  const rows = new Map<string, PlacedRow>();
  const newest = new Map<string, bigint>();
  for (const [index, row] of (await readRows(file, at)).entries()) {
    const { part_id: partId, node_id: nodeId, version } = row;
    const txn = typeof row['txn'] === 'bigint' ? parseCommitNumber(Number(row['txn'])) : undefined;
    // Rows of other engines may contain anything; no requested row has such a key.
    if (typeof partId !== 'string' || typeof nodeId !== 'string') continue;
    if (txn === undefined || typeof version !== 'bigint') continue;
    const placed = { row, line: index + 1 };
    const key = { partId, nodeId, txn };
    rows.set(rowKey({ ...key, version: Number(version) }), placed);
    // Another engine may have reordered the rows.
    const node = rowKey(key);
    if ((newest.get(node) ?? version) > version) continue;
    newest.set(node, version);
    rows.set(node, placed);
  }
  return rows;
}

function readRows(file: ParquetFile, { index }: GroupAt): Promise<readonly ParquetRow[]> {
  return readRowGroup(file, index, { columns: columnNames, utf8: false, rawTimes: true });
}
