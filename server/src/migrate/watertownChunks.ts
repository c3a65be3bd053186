/** Large contents of a Watertown pond: Parquet files whose rows are chunks, of which many are in one page. */
import { columnPages, type ColumnPage } from '../parquet/columnPages.ts';
import { type ParquetFile, readRowGroup } from '../parquet/file.ts';
import { damagedSource } from './checkedContent.ts';

/** Maximum size of a page, which is in memory as a whole; the source writes ten chunks of 16 MiB. */
const pageBytesMax = 1024 * 1024 * 1024;

/** Location of a chunk: a page, and in it a value, 0-based. */
interface ChunkRef {
  readonly page: ColumnPage;
  readonly index: number;
}

/** Yields the chunks of a content in the order of their numbers; their rows may be in any. Fails `pond-damaged`. */
export async function* contentChunks(file: ParquetFile, path: string): AsyncGenerator<Uint8Array> {
  const chunks = await chunksById(file, path);
  let page: ColumnPage | undefined;
  let values: readonly unknown[] = [];
  for (const [id, chunk] of chunks.entries()) {
    if (chunk.page !== page) {
      // Two pages need not be in memory.
      values = [];
      values = await chunk.page.read();
      page = chunk.page;
    }
    const value = values[chunk.index];
    if (!(value instanceof Uint8Array)) throw damagedSource(path, `chunk ${id} of ${chunks.length} has no bytes`);
    yield value;
  }
}

/** Chunks count from 0. */
async function chunksById(file: ParquetFile, path: string): Promise<readonly ChunkRef[]> {
  const byId = new Map<bigint, ChunkRef>();
  for (const group of file.metadata.row_groups.keys()) {
    const rows = await readRowGroup(file, group, { columns: ['chunk_id'] });
    const pages = await columnPages(file, { name: 'chunk_data', group, pageBytesMax });
    const refs = pages.flatMap((page) => Array.from({ length: page.rowCount }, (_, index) => ({ page, index })));
    for (const [row, { chunk_id: id }] of rows.entries()) {
      if (typeof id !== 'bigint') throw damagedSource(path, 'it has a chunk without a number');
      if (byId.has(id)) throw damagedSource(path, `it has chunk ${id} twice`);
      byId.set(id, refs[row]!);
    }
  }
  return Array.from({ length: byId.size }, (_, id) => {
    const ref = byId.get(BigInt(id));
    if (ref === undefined) throw damagedSource(path, `chunk ${id} of ${byId.size} is missing`);
    return ref;
  });
}
