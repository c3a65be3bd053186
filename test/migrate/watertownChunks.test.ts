import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentChunks } from '../../server/src/migrate/watertownChunks.ts';
import { openParquet, type ParquetFile } from '../../server/src/parquet/file.ts';
import { arrowParquet, type Columns } from '../support/arrowParquet.ts';

interface Chunk {
  readonly chunk_id: bigint | null;
  readonly chunk_data: Uint8Array | null;
}

const chunkBytes = 1000;

const chunkOf = (id: number): Chunk => ({
  chunk_id: BigInt(id),
  chunk_data: Uint8Array.from({ length: chunkBytes }, (_, i) => (i * i * (id + 1) + id) % 251),
});

/** A file with pages of four chunks, two row groups, and the number of bytes that were read of it. */
function fileOf(chunks: readonly Chunk[]): { readonly file: ParquetFile; readonly read: () => number } {
  const columns: Columns = { 'chunk_id?': 'int64', 'chunk_data?': 'bytes' };
  const bytes = arrowParquet(columns, chunks, { pageSize: 4000, rowGroupSize: 60 });
  let readBytes = 0;
  const read = (start: number, end: number): Uint8Array => {
    readBytes += end - start;
    return bytes.subarray(start, end);
  };
  return { file: openParquet({ path: 'blob', sizeBytes: bytes.length, read }), read: () => readBytes };
}

async function contentOf(chunks: readonly Chunk[]): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of contentChunks(fileOf(chunks).file, 'blob')) parts.push(part);
  return Buffer.concat(parts);
}

const inOrder = Array.from({ length: 100 }, (_, id) => chunkOf(id));
const content = Buffer.concat(inOrder.map(({ chunk_data: data }) => data!));

test('chunks give the content whatever the order of their rows', async () => {
  const orders = [inOrder, [...inOrder].reverse(), inOrder.map((_, i) => inOrder[(i * 37) % 100]!)];
  for (const chunks of orders) assert.ok((await contentOf(chunks)).equals(content));
});

test('chunks are read as they are asked for, and each page once if they are in order', async () => {
  const { file, read } = fileOf(inOrder);
  const chunks = contentChunks(file, 'blob');
  await chunks.next();
  const atFirst = read();
  for (let id = 1; id < 50; id++) await chunks.next();
  const between = read() - atFirst;
  assert.ok(between > 40 * chunkBytes && between < 60 * chunkBytes, `${between} bytes for 49 chunks`);
});

test('a chunk that is missing, twice there or without content is an error', async () => {
  const damages: readonly (readonly [readonly Chunk[], RegExp])[] = [
    [inOrder.toSpliced(3, 1), /blob: chunk 3 of 99 is missing/],
    [inOrder.slice(1), /blob: chunk 0 of 99 is missing/],
    [[...inOrder, chunkOf(5)], /blob: it has chunk 5 twice/],
    [[{ ...chunkOf(0), chunk_id: null }], /blob: it has a chunk without a number/],
    [[{ ...chunkOf(0), chunk_data: null }], /blob: chunk 0 of 1 has no bytes/],
  ];
  for (const [chunks, message] of damages) await assert.rejects(contentOf(chunks), { code: 'pond-damaged', message });
});
