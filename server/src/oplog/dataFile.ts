/**
 * Writes one Parquet data file of the op log. The content of one row group is in memory at a time, which bounds the
 * memory of a commit with many files.
 */
import { createHash, type Hash } from 'node:crypto';
import { ByteWriter, ParquetWriter, type ColumnSource } from 'hyparquet-writer';
import { type CommitNumber } from '../delta/commitNumber.ts';
import { type Disk, type DiskFile } from '../storage/disk.ts';
import { removeQuietly } from '../storage/durable.ts';
import { compareRows, parquetSchema, type OpRow } from './rows.ts';

/**
 * A row group ends at this many rows, or bytes of content: reading one small file costs at most one group's content.
 */
const groupRowsMax = 512;
const groupBytesMax = 512 * 1024;

/** A file with fewer rows and bytes of content fills a disk block or two either way: compression would save nothing. */
const packedRowsMin = 16;
const packedBytesMin = 4 * 1024;

interface WrittenFile {
  readonly sizeBytes: number;
  readonly numRecords: number;
  /** Of the whole file, lower-case hex. */
  readonly sha256: string;
}

/** Creates and flushes the file at `path`; its name in the directory is not yet durable. Sorts the rows first. */
export async function writeDataFile(
  disk: Disk,
  path: string,
  rows: readonly OpRow[],
  txn: CommitNumber,
): Promise<WrittenFile> {
  const sorted = [...rows].sort(compareRows);
  const file = disk.create(path, { isReadOnly: true });
  const hash = createHash('sha256');
  try {
    const writer = new ParquetWriter({
      writer: diskWriter(file, hash),
      schema: parquetSchema,
      codec: isWorthPacking(sorted) ? 'SNAPPY' : 'UNCOMPRESSED',
      // Bounds are whole ids: a reader uses them to pick the row group of a directory.
      statisticsTruncateLength: Infinity,
      createdBy: 'duckpond',
    });
    for (const group of rowGroups(sorted)) {
      void writer.write({ columnData: columnsOf(group, await contentsOf(group), txn), rowGroupSize: group.length });
    }
    void writer.finish();
    file.sync();
    return { sizeBytes: file.sizeBytes, numRecords: sorted.length, sha256: hash.digest('hex') };
  } catch (error) {
    file.close();
    removeQuietly(disk, path);
    throw error;
  } finally {
    file.close();
  }
}

function isWorthPacking(rows: readonly OpRow[]): boolean {
  return rows.length >= packedRowsMin || rows.reduce((sum, row) => sum + contentBytes(row), 0) >= packedBytesMin;
}

/**
 * Returns a writer that moves its buffer to the file after each row group. Its flush is synchronous, so no promise is
 * made. `hash` covers all that is written.
 */
function diskWriter(file: DiskFile, hash: Hash): ByteWriter {
  const writer = new ByteWriter(16 * 1024) as ByteWriter & { index: number; flush?: () => void };
  const flush = (): void => {
    const bytes = writer.getBytes();
    hash.update(bytes);
    file.append(bytes);
    writer.index = 0;
  };
  writer.flush = flush;
  writer.finish = flush;
  return writer;
}

function* rowGroups(rows: readonly OpRow[]): Generator<readonly OpRow[]> {
  let start = 0;
  let bytes = 0;
  for (let i = 0; i < rows.length; i++) {
    const size = contentBytes(rows[i]!);
    if (i > start && (i - start >= groupRowsMax || bytes + size > groupBytesMax)) {
      yield rows.slice(start, i);
      [start, bytes] = [i, 0];
    }
    bytes += size;
  }
  if (start < rows.length) yield rows.slice(start);
}

function contentBytes(row: OpRow): number {
  if (row.content === undefined) return 0;
  return row.content instanceof Uint8Array ? row.content.length : row.content.sizeBytes;
}

/** Columns that rarely repeat a value, so a dictionary would not pay. */
const seldomRepeat: ReadonlySet<string> = new Set(['node_id', 'metadata', 'sha256']);

function columnsOf(
  rows: readonly OpRow[],
  contents: readonly (Uint8Array | null)[],
  txn: CommitNumber,
): ColumnSource[] {
  // Readers look rows up by the bounds of the partition; bounds of other columns, and page indexes of one-page columns,
  // would take most of a small commit.
  const column = (name: string, get: (row: OpRow) => unknown): ColumnSource => ({
    name,
    data: rows.map(get),
    statistics: name === 'part_id',
    offsetIndex: false,
    ...(seldomRepeat.has(name) ? { encoding: 'PLAIN' } : {}),
  });
  const micros = (us: number | undefined): bigint | null => (us === undefined ? null : BigInt(us));
  return [
    column('part_id', (row) => row.partId),
    column('node_id', (row) => row.nodeId),
    column('timestamp', (row) => micros(row.timestampUs)),
    column('version', (row) => BigInt(row.version)),
    column('file_type', (row) => row.fileType),
    column('metadata', (row) => row.metadata),
    column('size', (row) => BigInt(row.sizeBytes)),
    column('sha256', (row) => row.sha256),
    column('min_time', (row) => micros(row.minTimeUs)),
    column('max_time', (row) => micros(row.maxTimeUs)),
    column('txn', () => BigInt(txn)),
    { name: 'content', data: [...contents], statistics: false, encoding: 'PLAIN' },
  ];
}

async function contentsOf(rows: readonly OpRow[]): Promise<(Uint8Array | null)[]> {
  const contents: (Uint8Array | null)[] = [];
  for (const { content } of rows) {
    if (content === undefined) contents.push(null);
    else contents.push(content instanceof Uint8Array ? content : await content.load());
  }
  return contents;
}
