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

/**
 * Returns a column's pages as they would be in an uncompressed file. Throws when their headers do not fit the row group
 * or the file, or decompression fails.
 */
export async function unpackChunk(
  bytes: Uint8Array,
  codec: string,
  leaf: Leaf,
  bounds: ChunkBounds,
): Promise<Uint8Array> {
  const unpack = await unpackerOf(codec);
  const parts: Uint8Array[] = [];
  let [values, left] = [0, Math.max(unpackedBytesMin, unpackedPerByte * bounds.fileBytes)];
  const valuesMax = leaf.repetitionMax === 0 ? bounds.rowCount : bounds.rowCount + listedPerByte * bounds.fileBytes;
  const cursor = { bytes, at: 0 };
  while (cursor.at < bytes.length && (leaf.repetitionMax > 0 || values < bounds.rowCount)) {
    const header = headerOf(readStruct(cursor));
    const packed = bytes.subarray(cursor.at, cursor.at + header.packedBytes);
    if (packed.length !== header.packedBytes) throw new Error('a page is longer than its column');
    cursor.at += header.packedBytes;
    left -= header.unpackedBytes;
    if (left < 0) throw new Error(`a column unpacks to more than a file of ${bounds.fileBytes} bytes holds`);
    if (header.type === pageTypes.index) continue;
    if (header.type !== pageTypes.dictionary) values += header.valueCount;
    if (values > valuesMax) throw new Error(`a column of ${values} values for ${bounds.rowCount} rows`);
    parts.push(...plainPage(header, packed, leaf, unpack));
  }
  if (values < bounds.rowCount) throw new Error(`a column of ${values} values for ${bounds.rowCount} rows`);
  return Buffer.concat(parts);
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

/** Returns the uncompressed page with a header of its own. */
function plainPage(header: PageHeader, packed: Uint8Array, leaf: Leaf, unpack: Unpack): readonly Uint8Array[] {
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
