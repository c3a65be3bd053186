/** Decompressed columns as a file in memory, which the decoder reads. */
import { type AsyncBuffer, type ColumnMetaData, type FileMetaData } from 'hyparquet';

/** A column whose pages are checked and decompressed. */
export interface PlainColumn {
  /** Its metadata in the file that it is from. */
  readonly chunk: ColumnMetaData;
  /** Headers and pages in parts. */
  readonly pages: readonly Uint8Array[];
}

/** Input of the decoder, for all rows. */
export interface PlainGroup {
  readonly file: AsyncBuffer;
  readonly metadata: FileMetaData;
  readonly rowStart: number;
  readonly rowEnd: number;
}

/** Returns a file of one row group, with columns of a file that has the given metadata. */
export function plainGroup(metadata: FileMetaData, columns: readonly PlainColumn[], rowCount: number): PlainGroup {
  const parts = columns.flatMap(({ pages }) => pages);
  const bytes = new Uint8Array(sizeOf(parts));
  let at = 0;
  const chunks = columns.map(({ chunk, pages }) => {
    const start = at;
    for (const page of pages) {
      bytes.set(page, at);
      at += page.length;
    }
    return { file_offset: 0n, meta_data: plainChunk(chunk, start, at - start) };
  });
  const { buffer } = bytes;
  // The decoder only reads: a range that is the whole file needs no copy.
  const slice = (start: number, end = buffer.byteLength): ArrayBuffer =>
    start === 0 && end === buffer.byteLength ? buffer : buffer.slice(start, end);
  const group = { columns: chunks, total_byte_size: BigInt(bytes.length), num_rows: BigInt(rowCount) };
  const file = { byteLength: buffer.byteLength, slice };
  return { file, metadata: { ...metadata, row_groups: [group] }, rowStart: 0, rowEnd: rowCount };
}

const sizeOf = (parts: readonly Uint8Array[]): number => parts.reduce((sum, { length }) => sum + length, 0);

/** Returns the metadata of the column after decompression to `at`. */
function plainChunk({ type, encodings, path_in_schema, num_values }: ColumnMetaData, at: number, bytes: number) {
  return {
    type,
    encodings,
    path_in_schema,
    codec: 'UNCOMPRESSED' as const,
    num_values,
    total_uncompressed_size: BigInt(bytes),
    total_compressed_size: BigInt(bytes),
    data_page_offset: BigInt(at),
  };
}
