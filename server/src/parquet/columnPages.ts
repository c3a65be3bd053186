/** A column whose values do not fit into memory together, a page at a time. */
import { type ColumnMetaData, parquetReadObjects } from 'hyparquet';
import { chunkRange, isDictionary, type LocatedPage, locatePages, plainPage, refersToDictionary } from './chunk.ts';
import { type Unpack, unpackerOf } from './codecs.ts';
import { damaged, type ParquetFile, type ParquetRow } from './file.ts';
import { plainGroup } from './plainGroup.ts';
import { type Leaf } from './schema.ts';

/** A page of values of a column. */
export interface ColumnPage {
  readonly rowCount: number;
  /** Returns the value of each row; bytes that are not declared as text stay bytes. Fails `pond-damaged`. */
  readonly read: () => Promise<readonly unknown[]>;
}

/** A column of a row group, without lists. */
interface ColumnRef {
  readonly name: string;
  /** Row group, 0-based. */
  readonly group: number;
  /** Maximum size of a page after decompression. */
  readonly pageBytesMax: number;
}

/**
 * Returns the pages of a top column, in order; reading one takes the memory of it and its dictionary. Fails `pond-damaged`
 * for a column that is missing, has lists, has a page larger than the maximum, or whose pages do not fit the row group.
 */
export async function columnPages(
  file: ParquetFile,
  { name, group, pageBytesMax }: ColumnRef,
): Promise<readonly ColumnPage[]> {
  const { source, metadata, leaves } = file;
  try {
    const index = leaves.findIndex(({ path }) => path[0] === name);
    const [leaf, chunk] = [leaves[index], metadata.row_groups[group]!.columns[index]?.meta_data];
    if (leaf === undefined || chunk === undefined || leaf.path.length > 1 || leaf.repetitionMax > 0)
      throw new Error(`it has no column ${name} of single values`);
    const column = openColumn(file, { chunk, leaf, unpack: await unpackerOf(chunk.codec) });
    const bounds = { fileBytes: source.sizeBytes, rowCount: Number(metadata.row_groups[group]!.num_rows) };
    const pages = locatePages(column.read, column.sizeBytes, leaf, bounds);
    const large = pages.find(({ unpackedBytes }) => unpackedBytes > pageBytesMax);
    if (large !== undefined)
      throw new Error(`a page has ${large.unpackedBytes} bytes, expected ${pageBytesMax} at most`);
    const dictionary = pages.filter(isDictionary);
    return pages
      .filter((page) => !isDictionary(page))
      .map((page) => {
        const needed = refersToDictionary(page) ? [...dictionary, page] : [page];
        return { rowCount: page.valueCount, read: () => column.valuesOf(needed, page.valueCount) };
      });
  } catch (cause) {
    throw damaged(source, metadata, cause);
  }
}

interface Column {
  readonly chunk: ColumnMetaData;
  readonly leaf: Leaf;
  readonly unpack: Unpack;
}

function openColumn({ source, metadata }: ParquetFile, { chunk, leaf, unpack }: Column) {
  const { start, end } = chunkRange(chunk, source.sizeBytes);
  const read = (from: number, to: number): Uint8Array => source.read(start + from, start + to);
  const unpacked = (page: LocatedPage): readonly Uint8Array[] =>
    plainPage(page, read(page.start, page.end), leaf, unpack);
  const valuesOf = async (pages: readonly LocatedPage[], rowCount: number): Promise<readonly unknown[]> => {
    const name = leaf.path[0]!;
    try {
      const group = plainGroup(metadata, [{ chunk, pages: pages.flatMap(unpacked) }], rowCount);
      const rows: readonly ParquetRow[] = await parquetReadObjects({ ...group, columns: [name], utf8: false });
      return rows.map((row) => row[name]);
    } catch (cause) {
      throw damaged(source, metadata, cause);
    }
  };
  return { sizeBytes: end - start, read, valuesOf };
}
