/**
 * Reads Parquet files from untrusted sources. Every count and size in a file is checked against the file's size before
 * decoding: work and memory grow only with its bytes.
 */
import {
  type FileMetaData,
  parquetMetadata,
  parquetRead,
  parquetReadObjects,
  type RowGroup,
  type SubColumnData,
} from 'hyparquet';
import { PondError } from '../base/error.ts';
import { chunkRange, unpackChunk } from './chunk.ts';
import { type PlainColumn, type PlainGroup, plainGroup } from './plainGroup.ts';
import { type Leaf, leavesOf } from './schema.ts';

/** The bytes of a file. */
export interface ParquetSource {
  /** The path used in errors. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Returns bytes start (inclusive, 0-based) to end (exclusive), all of them; fails when the file is shorter. */
  readonly read: (start: number, end: number) => Uint8Array;
}

/** A file whose footer has been read and checked. */
export interface ParquetFile {
  readonly source: ParquetSource;
  readonly metadata: FileMetaData;
  readonly leaves: readonly Leaf[];
}

/** A decoded row: values by the names of the top columns; absent columns are undefined. */
export type ParquetRow = Readonly<Record<string, unknown>>;

export interface ReadOptions {
  /** Names of top columns; those missing in the file are skipped. */
  readonly columns: readonly string[];
  /** False to keep bytes that the schema does not declare as text; default true. */
  readonly utf8?: boolean;
  /** True for times as microseconds since 1970 UTC (bigint) rather than as Date. */
  readonly rawTimes?: boolean;
}

/** Reads a file's footer. Fails `pond-damaged` when the file is not Parquet or its parts do not fit into it. */
export function openParquet(source: ParquetSource): ParquetFile {
  try {
    const file = openAnyParquet(source);
    for (const group of file.metadata.row_groups) checkGroup(source, group, file.leaves);
    return file;
  } catch (cause) {
    throw damaged(source, undefined, cause);
  }
}

/** Reads the footer of a file whose rows may be many for its bytes. Throws for another file. */
export function openAnyParquet(source: ParquetSource): ParquetFile {
  const metadata = parquetMetadata(new Uint8Array(footerBytes(source)), { geoparquet: false });
  return { source, metadata, leaves: leavesOf(metadata.schema) };
}

/**
 * Reads the rows of the row group at `index`, 0-based. Fails `pond-damaged`, naming codec and writer, when its pages
 * are damaged, hold more than fits into the file, or use an unsupported encoding.
 */
export async function readRowGroup(
  file: ParquetFile,
  index: number,
  { columns, utf8, rawTimes = false }: ReadOptions,
): Promise<readonly ParquetRow[]> {
  const leaves = file.leaves.filter(({ path }) => columns.includes(path[0]!));
  try {
    return await parquetReadObjects({
      ...(await unpackedGroup(file, index, leaves)),
      columns: columns.filter((name) => leaves.some(({ path }) => path[0] === name)),
      ...(utf8 === undefined ? {} : { utf8 }),
      ...(rawTimes ? { parsers: rawTimeParsers } : {}),
    });
  } catch (cause) {
    throw damaged(file.source, file.metadata, cause);
  }
}

/**
 * Returns true when a leaf of times has some below a microsecond in the row group at `index`, 0-based. No row is made of
 * them, so millions take a second. Fails as `readRowGroup`.
 */
export async function hasNanoseconds(file: ParquetFile, index: number, leaf: Leaf): Promise<boolean> {
  let isFound = false;
  const onPage = ({ columnData }: SubColumnData): void => {
    isFound ||= Array.prototype.some.call(columnData, isFraction);
  };
  try {
    await parquetRead({ ...(await unpackedGroup(file, index, [leaf])), onPage, parsers: fractionParsers });
  } catch (cause) {
    throw damaged(file.source, file.metadata, cause);
  }
  return isFound;
}

/** True for nanoseconds, also in lists. Times of day are whole numbers of them. */
function isFraction(value: unknown): boolean {
  if (typeof value === 'bigint') return value % 1000n !== 0n;
  return typeof value === 'number' ? value !== 0 : Array.isArray(value) && value.some(isFraction);
}

/** Returns a file of one row group with some leaves, whose pages are checked and decompressed. */
async function unpackedGroup(
  { source, metadata, leaves }: ParquetFile,
  index: number,
  wanted: readonly Leaf[],
): Promise<PlainGroup> {
  const group = metadata.row_groups[index]!;
  const rowCount = Number(group.num_rows);
  const fileBytes = source.sizeBytes;
  const columns: PlainColumn[] = [];
  for (const [index, leaf] of leaves.entries()) {
    if (!wanted.includes(leaf)) continue;
    const chunk = group.columns[index]!.meta_data!;
    const { start, end } = chunkRange(chunk, fileBytes);
    const pages = await unpackChunk(source.read(start, end), chunk.codec, leaf, { fileBytes, rowCount });
    columns.push({ chunk, pages });
  }
  return plainGroup(metadata, columns, rowCount);
}

/** Other engines write times in other units, including INT96 in nanoseconds. */
const rawTimeParsers = {
  timestampFromMilliseconds: (ms: bigint) => ms * 1000n,
  timestampFromMicroseconds: (us: bigint) => us,
  timestampFromNanoseconds: (ns: bigint) => ns / 1000n,
};

const fractionParsers = {
  timestampFromMilliseconds: () => 0,
  timestampFromMicroseconds: () => 0,
  timestampFromNanoseconds: (ns: bigint) => Number(ns % 1000n),
};

const tailBytes = 8;

/** Returns the footer with the length and magic bytes that follow it. */
function footerBytes(source: ParquetSource): Uint8Array {
  const { sizeBytes, read } = source;
  if (sizeBytes < tailBytes + 4) throw new Error(`it has ${sizeBytes} bytes`);
  const tail = read(sizeBytes - tailBytes, sizeBytes);
  const needed = new DataView(tail.buffer, tail.byteOffset).getUint32(0, true) + tailBytes;
  if (needed > sizeBytes - 4) throw new Error(`its footer of ${needed} bytes is longer than the file`);
  return read(sizeBytes - needed, sizeBytes);
}

/**
 * A row takes at least one byte of its file: rows of the op log and of checkpoints have hashes or names of their own.
 */
function checkGroup({ sizeBytes }: ParquetSource, { num_rows, columns }: RowGroup, leaves: readonly Leaf[]): void {
  if (!(num_rows >= 0 && num_rows <= sizeBytes)) throw new Error(`${num_rows} rows in a file of ${sizeBytes} bytes`);
  if (columns.length !== leaves.length) throw new Error(`${columns.length} columns for ${leaves.length} of the schema`);
  for (const [index, { meta_data: chunk, file_path: otherFile }] of columns.entries()) {
    const name = leaves[index]!.path.join('.');
    if (chunk?.path_in_schema.join('.') !== name || otherFile !== undefined) throw new Error(`no column ${name} in it`);
  }
}

/** Returns the error for a file, with what its footer says about it where that could be read. */
export function damaged({ path }: ParquetSource, metadata: FileMetaData | undefined, cause: unknown): PondError {
  if (cause instanceof PondError) return cause;
  const codecs = new Set(
    metadata?.row_groups.flatMap(({ columns }) => columns.map((column) => column.meta_data?.codec)),
  );
  const writer = metadata?.created_by === undefined ? '' : `, written by ${metadata.created_by}`;
  const how = metadata === undefined ? '' : ` (${[...codecs].join(', ')}${writer})`;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new PondError('pond-damaged', `${path} cannot be read${how}: ${why}`, { path, cause });
}
