import assert from 'node:assert/strict';
import { test } from 'node:test';
import { locatePages } from '../../server/src/parquet/chunk.ts';
import { columnPages } from '../../server/src/parquet/columnPages.ts';
import { openParquet, type ParquetFile } from '../../server/src/parquet/file.ts';
import { arrowParquet, type Columns } from '../support/arrowParquet.ts';

const name = 'data';

interface Opened {
  readonly file: ParquetFile;
  /** Sizes of the reads so far. */
  readonly reads: number[];
}

function opened(columns: Columns, values: readonly unknown[]): Opened {
  const rows = values.map((data, id) => ({ id: BigInt(id), data }));
  const bytes = arrowParquet({ id: 'int64', ...columns }, rows, { pageSize: 4000 });
  const reads: number[] = [];
  const read = (start: number, end: number): Uint8Array => {
    reads.push(end - start);
    return bytes.subarray(start, end);
  };
  return { file: openParquet({ path: 'x', sizeBytes: bytes.length, read }), reads };
}

const noise = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * i * (seed + 1) + seed) % 251);

/** Columns by what is special about them. */
const columns: readonly (readonly [string, Columns, readonly unknown[]])[] = [
  ['without a dictionary', { data: 'bytes' }, Array.from({ length: 40 }, (_, i) => noise(1000, i))],
  ['with a dictionary', { data: 'bytes' }, Array.from({ length: 40 }, (_, i) => noise(1000, i % 3))],
  ['with nulls', { 'data?': 'bytes' }, Array.from({ length: 40 }, (_, i) => (i % 4 === 0 ? null : noise(1000, i)))],
];

for (const [what, column, values] of columns) {
  test(`the pages of a column ${what} have its values`, async () => {
    const { file } = opened(column, values);
    const read: unknown[] = [];
    for (const page of await columnPages(file, { name, group: 0, pageBytesMax: 100_000 })) {
      const own = await page.read();
      assert.equal(own.length, page.rowCount);
      read.push(...own);
    }
    assert.deepEqual(
      read.map((value) => value ?? null),
      values,
    );
  });
}

test('a page is read when it is asked for, and no other', async () => {
  const values = Array.from({ length: 400 }, (_, i) => noise(1000, i));
  const { file, reads } = opened({ data: 'bytes' }, values);
  const pages = await columnPages(file, { name, group: 0, pageBytesMax: 100_000 });
  assert.ok(pages.length > 50, `${pages.length} pages`);
  reads.length = 0;
  assert.deepEqual(
    (await pages[30]!.read())[0],
    values[pages.slice(0, 30).reduce((sum, page) => sum + page.rowCount, 0)],
  );
  assert.equal(reads.length, 1);
  assert.ok(reads[0]! < 6000, `${reads[0]} bytes`);
});

test('a page over the maximum, and another column than one of single values, are errors', async () => {
  const { file } = opened({ data: 'bytes', 'list?': { list: 'text' } }, [noise(3000, 1)]);
  const refused: readonly (readonly [string, number, RegExp])[] = [
    [name, 2000, /x cannot be read .*: a page has \d+ bytes, expected 2000 at most/],
    ['list', 10_000, /it has no column list of single values/],
    ['other', 10_000, /it has no column other of single values/],
  ];
  for (const [column, pageBytesMax, message] of refused)
    await assert.rejects(columnPages(file, { name: column, group: 0, pageBytesMax }), {
      code: 'pond-damaged',
      message,
    });
});

/** Compact Thrift: a data page of one value, whose statistics have a value of `sizeBytes`. */
function pageWithStatistics(sizeBytes: number): Buffer {
  const varint = (value: number): number[] =>
    value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
  const statistics = [0x18, ...varint(sizeBytes), ...new Uint8Array(sizeBytes).fill(7), 0];
  const detail = [0x15, 2, 0x15, 0, 0x15, 6, 0x15, 6, 0x1c, ...statistics, 0];
  return Buffer.from([0x15, 0, 0x15, 10, 0x15, 10, 0x2c, ...detail, 0, 1, 2, 3, 4, 5]);
}

test('headers of any size are found, and read no further than needed', () => {
  const leaf = { path: [name], element: { name }, isBoolean: false, repetitionMax: 0, definitionMax: 0 };
  const bytes = Buffer.concat([pageWithStatistics(3), pageWithStatistics(300_000), pageWithStatistics(10)]);
  const ends: number[] = [];
  const read = (start: number, end: number): Uint8Array => {
    ends.push(end);
    return bytes.subarray(start, end);
  };
  const pages = locatePages(read, bytes.length, leaf, { fileBytes: bytes.length, rowCount: 3 });
  assert.deepEqual(
    pages.map(({ start, end }) => [...bytes.subarray(start, end)]),
    [1, 2, 3].map(() => [1, 2, 3, 4, 5]),
  );
  assert.ok(ends[0]! < bytes.length);
  const cut = bytes.subarray(0, 200_000);
  assert.throws(
    () =>
      locatePages((start, end) => cut.subarray(start, end), cut.length, leaf, { fileBytes: cut.length, rowCount: 3 }),
    /a header is cut short/,
  );
});
