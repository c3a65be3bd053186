/**
 * Reads single rows of data files by key. A row group is read whole: its rows and content are bounded (dataFile.ts), a
 * traversal of the directory needs the adjacent rows next, and decoding a page costs the same for one row or all. The
 * most recently used footers and row groups are cached; data files never change, so the cache is never stale.
 */
import { sha256Of } from '../base/sha256.ts';
import { type CommitNumber, parseCommitNumber } from '../delta/commitNumber.ts';
import { type Add } from '../delta/actions.ts';
import { sha256Tag } from '../delta/log.ts';
import { PondError } from '../base/error.ts';
import { LruCache } from '../base/lruCache.ts';
import { openParquet, type ParquetFile, type ParquetRow, readRowGroup } from '../parquet/file.ts';
import { contentProblem } from '../storage/contentCheck.ts';
import { type Disk } from '../storage/disk.ts';
import { rangeTag } from './pondTable.ts';
import { parseRow } from './parseRow.ts';
import { columnNames, rowTypes, type StoredRow } from './rows.ts';
import { type RowRequest } from './opLog.ts';

const openFilesMax = 64;
/** Files up to this size are read whole: one call instead of several. */
const wholeFileBytesMax = 256 * 1024;
const footerBytes = 64 * 1024;
/** Bytes of decoded row groups in the cache. */
const groupBytesMax = 16 * 1024 * 1024;

/** Fields that decide whether a row is wanted, before it is verified as ours. */
interface RowGlance {
  readonly fileType: unknown;
  readonly txn: unknown;
}

/** A row of the file, with its position in the row group, from 1. */
interface PlacedRow {
  readonly row: ParquetRow;
  readonly line: number;
}

type RowsByKey = ReadonlyMap<string, PlacedRow>;

/** A row group in the cache. */
interface CachedGroup {
  readonly rows: Promise<RowsByKey>;
  /** Approximate size when decoded, bytes. */
  readonly sizeBytes: number;
}

/** Returns the action that added a file; undefined where it is not known. */
type AddOf = (path: string) => Promise<Add | undefined>;

/**
 * Reader of the data files on a disk. A file whose action has its hash is compared with it before anything is decoded:
 * a small one when it is opened, a larger one whenever its state on the disk is another than when it was compared.
 */
export class RowReader {
  readonly #disk: Disk;
  readonly #addOf: AddOf;
  readonly #files = new LruCache<string, Promise<ParquetFile>>({ max: openFilesMax });
  readonly #groups = new LruCache<string, CachedGroup>({ max: groupBytesMax, sizeOf: ({ sizeBytes }) => sizeBytes });

  constructor(disk: Disk, addOf: AddOf = () => Promise.resolve(undefined)) {
    this.#disk = disk;
    this.#addOf = addOf;
  }

  /**
   * Returns the row of a key and commit in a data file; undefined when the file has none. Fails `pond-damaged` when the
   * file is missing, altered, truncated or not Parquet, or the row is not ours.
   */
  async read(path: string, request: RowRequest): Promise<StoredRow | undefined> {
    const file = await this.#open(path);
    for (const at of groupsThatMayHold(file, request.partId)) {
      const found = (await this.#group(path, file, at)).get(rowKey(request));
      if (found !== undefined) return parseRow(found.row, { file: path, line: at.rowStart + found.line });
    }
    return undefined;
  }

  /** Yields the wanted rows, with content, a row group at a time. Fails like `read`. */
  async *scan(path: string, wanted: (row: RowGlance) => boolean): AsyncIterable<StoredRow> {
    const file = await this.#open(path);
    for (const at of groupsOf(file)) {
      await this.#verifyLarge(path, file.source.sizeBytes);
      for (const [index, row] of (await readRows(file, at)).entries()) {
        if (!wanted({ fileType: row['file_type'], txn: row['txn'] })) continue;
        yield parseRow(row, { file: path, line: at.rowStart + index + 1 });
      }
    }
  }

  /** Returns the commits of ours with rows in a file, whose other rows may be another engine's. Fails like `read`. */
  async commitsIn(path: string): Promise<ReadonlySet<CommitNumber>> {
    const commits = new Set<CommitNumber>();
    const file = await this.#open(path);
    for (const at of groupsOf(file)) {
      for (const { file_type: type, txn } of await readRowGroup(file, at.index, { columns: ['file_type', 'txn'] })) {
        const isOurs = rowTypes.some((ours) => ours === type) && typeof txn === 'bigint';
        const number = isOurs ? parseCommitNumber(Number(txn)) : undefined;
        if (number !== undefined) commits.add(number);
      }
    }
    return commits;
  }

  /**
   * Returns the error of a data file that is missing, or differs from its action in size or hash; undefined for a sound
   * one. Nothing is decoded. A known state of the file costs one stat.
   */
  async problemOf(path: string): Promise<PondError | undefined> {
    const add = await this.#addOf(path);
    const stat = this.#disk.stat(path);
    if (stat?.kind !== 'file') return damagedFile(path, add, stat === undefined ? 'is missing' : `is a ${stat.kind}`);
    if (add === undefined) return undefined;
    if (stat.sizeBytes !== add.size) {
      return altered(path, add, `it has ${stat.sizeBytes} bytes; expected ${add.size}`);
    }
    const problem = await this.#hashProblem(path, add);
    return problem === undefined ? undefined : altered(path, add, problem);
  }

  /** Compares a file on the host with the hash in its action; undefined for equal ones, and where there is no hash. */
  async #hashProblem(path: string, add: Add | undefined): Promise<string | undefined> {
    const sha256 = add?.tags?.[sha256Tag];
    const hostPath = this.#disk.hostPath(path);
    if (typeof sha256 !== 'string' || hostPath === undefined) return undefined;
    return await contentProblem(hostPath, { sizeBytes: add!.size, sha256 });
  }

  /** Empties the caches: the actions of files may say something else now. */
  forget(): void {
    this.#files.clear();
    this.#groups.clear();
  }

  #open(path: string): Promise<ParquetFile> {
    const cached = this.#files.get(path);
    if (cached !== undefined) return cached;
    const file = this.#files.set(path, this.#read(path));
    file.catch(() => this.#files.delete(path));
    return file;
  }

  async #read(path: string): Promise<ParquetFile> {
    const { sizeBytes, tailStart, tail } = tailOf(this.#disk, path);
    const add = await this.#addOf(path);
    const expected = add?.tags?.[sha256Tag];
    if (tailStart === 0 && typeof expected === 'string') {
      const got = sha256Of(tail);
      if (got !== expected) throw altered(path, add, `its hash is ${got}; expected ${expected}`);
    }
    await this.#verifyLarge(path, sizeBytes);
    const read = (start: number, end: number): Uint8Array =>
      start >= tailStart ? tail.subarray(start - tailStart, end - tailStart) : exactly(this.#disk, path, start, end);
    return openParquet({ path, sizeBytes, read });
  }

  /** Compares a file that is not in memory with its hash; that costs a stat while its state is a known one. */
  async #verifyLarge(path: string, sizeBytes: number): Promise<void> {
    if (sizeBytes <= wholeFileBytesMax) return;
    const add = await this.#addOf(path);
    const problem = await this.#hashProblem(path, add);
    if (problem !== undefined) throw altered(path, add, problem);
  }

  #group(path: string, file: ParquetFile, at: GroupAt): Promise<RowsByKey> {
    const key = `${path}#${at.index}`;
    const cached = this.#groups.get(key);
    if (cached !== undefined) return cached.rows;
    const rows = this.#verifyLarge(path, file.source.sizeBytes).then(() => readGroup(file, at));
    this.#groups.set(key, { rows, sizeBytes: at.sizeBytes });
    rows.catch(() => this.#groups.delete(key));
    return rows;
  }
}

/** End of a data file, with its footer: from byte `tailStart`, 0 for a small file. */
function tailOf(disk: Disk, path: string) {
  const stat = disk.stat(path);
  if (stat === undefined) throw new PondError('pond-damaged', `data file ${path} is missing`, { path });
  const { sizeBytes } = stat;
  const tailStart = sizeBytes <= wholeFileBytesMax ? 0 : sizeBytes - footerBytes;
  return { sizeBytes, tailStart, tail: exactly(disk, path, tailStart, sizeBytes) };
}

function altered(path: string, add: Add | undefined, problem: string): PondError {
  return damagedFile(path, add, `was altered: ${problem}`);
}

function damagedFile(path: string, add: Add | undefined, problem: string): PondError {
  const commits = add?.tags?.[rangeTag]?.split('-') ?? [];
  const which = commits[0] === commits[1] ? `commit ${commits[0]}` : `commits ${commits.join(' to ')}`;
  const of = commits.length === 0 ? 'another engine' : which;
  return new PondError('pond-damaged', `data file ${path} of ${of} ${problem}`, {
    path,
    hint: "'pond check --repair --from DIR' restores the file from a copy of the pond; nothing was changed.",
  });
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
    // Other engines write the columns in any order.
    const column = group.columns.find(({ meta_data: chunk }) => chunk?.path_in_schema[0] === 'part_id');
    const statistics = column?.meta_data?.statistics;
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
  const latest = new Map<string, bigint>();
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
    if ((latest.get(node) ?? version) > version) continue;
    latest.set(node, version);
    rows.set(node, placed);
  }
  return rows;
}

function readRows(file: ParquetFile, { index }: GroupAt): Promise<readonly ParquetRow[]> {
  return readRowGroup(file, index, { columns: columnNames, utf8: false, rawTimes: true });
}
