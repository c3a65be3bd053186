/**
 * A column of a row group, checked and decompressed. The headers of its pages state how many values and bytes they
 * hold; each number is checked against the row group and the file before use.
 */
import { type ColumnMetaData } from 'hyparquet';
import { unpackerOf, type Unpack } from './codecs.ts';
import { checkRuns, encodings, type PageShape } from './runs.ts';
import { type Leaf } from './schema.ts';
import { readStruct, type ThriftFields, type ThriftStruct, writeStruct } from './thrift.ts';

/** Bytes that a column may decompress to, however small the file, ... */
const unpackedBytesMin = 16 * 1024 * 1024;
/** ... and for each byte of the file: columns of one value compress well. */
const unpackedPerByte = 256;
/** Values of lists allowed for each byte of the file. */
const listedPerByte = 8;

const pageTypes = { data: 0, index: 1, dictionary: 2, dataV2: 3 } as const;

/** Bounds for the counts in a column. */
interface ChunkBounds {
  readonly fileBytes: number;
  /** Rows of the row group. */
  readonly rowCount: number;
}

/** Returns the range of a column in its file: bytes start (inclusive, 0-based) to end (exclusive). */
export function chunkRange(chunk: ColumnMetaData, fileBytes: number): { readonly start: number; readonly end: number } {
  const first = Number(chunk.data_page_offset);
  const dictionary = Number(chunk.dictionary_page_offset ?? 0);
  const start = dictionary > 0 ? Math.min(dictionary, first) : first;
  const end = start + Number(chunk.total_compressed_size);
  if (!(start >= 4 && start <= end && end <= fileBytes - 8)) {
    throw new Error(`column ${chunk.path_in_schema.join('.')} is at ${start} to ${end} of ${fileBytes} bytes`);
  }
  return { start, end };
}

/** Returns bytes of a column from `start` (inclusive, 0-based) to `end` (exclusive). */
type ReadRange = (start: number, end: number) => Uint8Array;

/** A page of a column by its header, which fits the row group and the file. */
export interface LocatedPage extends PageHeader {
  /** Range of its packed bytes in the column: inclusive, 0-based, ... */
  readonly start: number;
  /** ... and exclusive. */
  readonly end: number;
}

/** True for a page of other values, to which the indices in later pages refer. */
export const isDictionary = ({ type }: LocatedPage): boolean => type === pageTypes.dictionary;

/** True for a page of indices. */
export const refersToDictionary = ({ encoding }: LocatedPage): boolean =>
  encoding === encodings.plainDictionary || encoding === encodings.runsOfDictionary;

/**
 * Returns the pages with values of a column of `columnBytes` bytes, in order. Throws when their headers do not fit the row
 * group or the file.
 */
export function locatePages(
  read: ReadRange,
  columnBytes: number,
  leaf: Leaf,
  { rowCount, fileBytes }: ChunkBounds,
): readonly LocatedPage[] {
  const pages: LocatedPage[] = [];
  const valuesMax = leaf.repetitionMax === 0 ? rowCount : rowCount + listedPerByte * fileBytes;
  let values = 0;
  for (let at = 0; at < columnBytes && (leaf.repetitionMax > 0 || values < rowCount);) {
    const { header, start } = readHeader(read, at, columnBytes);
    const end = start + header.packedBytes;
    if (end > columnBytes) throw new Error('a page is longer than its column');
    at = end;
    if (header.type === pageTypes.index) continue;
    if (header.type !== pageTypes.dictionary) values += header.valueCount;
    if (values > valuesMax) throw new Error(`a column of ${values} values for ${rowCount} rows`);
    pages.push({ ...header, start, end });
  }
  if (values < rowCount) throw new Error(`a column of ${values} values for ${rowCount} rows`);
  return pages;
}

/** Some writers put the least and the greatest value into a header, however large they are. */
function readHeader(
  read: ReadRange,
  at: number,
  columnBytes: number,
): { readonly header: PageHeader; readonly start: number } {
  for (let windowBytes = headerBytesMin; ; windowBytes *= 16) {
    const cursor = { bytes: read(at, Math.min(columnBytes, at + windowBytes)), at: 0 };
    try {
      return { header: headerOf(readStruct(cursor)), start: at + cursor.at };
    } catch (error) {
      if (at + windowBytes >= columnBytes) throw error;
    }
  }
}

const headerBytesMin = 64 * 1024;

/**
 * Returns a column's pages as they would be in an uncompressed file, in parts. Throws when their headers do not fit the row
 * group or the file, or decompression fails.
 */
export async function unpackChunk(
  bytes: Uint8Array,
  codec: string,
  leaf: Leaf,
  bounds: ChunkBounds,
): Promise<readonly Uint8Array[]> {
  const unpack = await unpackerOf(codec);
  const pages = locatePages((start, end) => bytes.subarray(start, end), bytes.length, leaf, bounds);
  const unpackedBytes = pages.reduce((sum, page) => sum + page.unpackedBytes, 0);
  if (unpackedBytes > Math.max(unpackedBytesMin, unpackedPerByte * bounds.fileBytes))
    throw new Error(`a column unpacks to more than a file of ${bounds.fileBytes} bytes holds`);
  return pages.flatMap((page) => plainPage(page, bytes.subarray(page.start, page.end), leaf, unpack));
}

interface PageHeader extends PageShape {
  readonly type: number;
  readonly packedBytes: number;
  readonly unpackedBytes: number;
  /** Only in version 2 pages; their levels are never compressed. */
  readonly v2: { readonly nullCount: number; readonly rowCount: number; readonly isPacked: boolean } | undefined;
}

function headerOf(struct: ThriftStruct): PageHeader {
  const type = count(struct, 1);
  const detail = struct.get(type === pageTypes.dictionary ? 7 : type === pageTypes.dataV2 ? 8 : 5);
  const common = { type, unpackedBytes: count(struct, 2), packedBytes: count(struct, 3) };
  if (type === pageTypes.index) {
    return { ...common, valueCount: 0, encoding: encodings.plain, levelBytes: undefined, v2: undefined };
  }
  if (!(detail instanceof Map)) throw new Error(`a page of type ${type} does not say what is in it`);
  const fields: ThriftStruct = detail;
  const valueCount = count(fields, 1);
  if (type !== pageTypes.dataV2) {
    return { ...common, valueCount, encoding: count(fields, 2), levelBytes: undefined, v2: undefined };
  }
  const levelBytes = { definition: count(fields, 5), repetition: count(fields, 6) };
  const v2 = { nullCount: count(fields, 2), rowCount: count(fields, 3), isPacked: fields.get(7) !== false };
  if (v2.nullCount > valueCount || v2.rowCount > valueCount) throw new Error('a page has more rows than values');
  return { ...common, valueCount, encoding: count(fields, 4), levelBytes, v2 };
}

function count(struct: ThriftStruct, id: number): number {
  const value = struct.get(id);
  if (typeof value === 'number' && value >= 0 && value < 2 ** 31) return value;
  throw new Error(`a header has ${typeof value === 'number' ? value : 'nothing'} where a count is expected`);
}

/** Returns the uncompressed page after a header of its own. Throws when it is damaged. */
export function plainPage(header: PageHeader, packed: Uint8Array, leaf: Leaf, unpack: Unpack): readonly Uint8Array[] {
  const page = header.v2 === undefined ? unpack(packed, header.unpackedBytes) : unpackV2(header, packed, unpack);
  if (header.type !== pageTypes.dictionary) checkRuns(page, header, leaf);
  // A value of a dictionary takes at least one bit.
  else if (header.valueCount > page.length * 8) throw new Error(`a dictionary of ${header.valueCount} values`);
  return [Uint8Array.from(writeStruct(headerFields(header, page.length))), page];
}

function unpackV2({ unpackedBytes, levelBytes, v2 }: PageHeader, packed: Uint8Array, unpack: Unpack): Uint8Array {
  const levels = levelBytes!.definition + levelBytes!.repetition;
  if (levels > packed.length || levels > unpackedBytes) throw new Error('the levels of a page are longer than it is');
  const values = packed.subarray(levels);
  const unpacked = v2!.isPacked ? unpack(values, unpackedBytes - levels) : values;
  return Buffer.concat([packed.subarray(0, levels), unpacked]);
}

function headerFields({ type, valueCount, encoding, levelBytes, v2 }: PageHeader, pageBytes: number): ThriftFields {
  const sizes: ThriftFields = [
    [1, type],
    [2, pageBytes],
    [3, pageBytes],
  ];
  if (type === pageTypes.dictionary) {
    return [
      ...sizes,
      [
        7,
        [
          [1, valueCount],
          [2, encoding],
        ],
      ],
    ];
  }
  if (v2 === undefined) {
    const levels = encodings.runs;
    return [
      ...sizes,
      [
        5,
        [
          [1, valueCount],
          [2, encoding],
          [3, levels],
          [4, levels],
        ],
      ],
    ];
  }
  const fields: ThriftFields = [
    [1, valueCount],
    [2, v2.nullCount],
    [3, v2.rowCount],
    [4, encoding],
    [5, levelBytes!.definition],
    [6, levelBytes!.repetition],
    [7, false],
  ];
  return [...sizes, [8, fields]];
}
