import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { literal, literalList } from '../../server/src/duckdb/sql.ts';
import { JoinedParquet } from '../../server/src/parquet/joinFiles.ts';
import { anySql } from '../support/anySql.ts';
import { testConnection } from '../support/connection.ts';
import { temporaryFolder } from '../support/folder.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';

const connection = await testConnection();

const query = (sql: string) => connection.rows(anySql(sql));

/** Writes the rows of a query. */
async function written(folder: string, name: string, sql: string, options = ''): Promise<string> {
  const path = join(folder, name);
  await query(`COPY (${sql}) TO ${literal(path)} (FORMAT parquet${options})`);
  return path;
}

/** Joins files, and returns the path of the file; undefined when they are not joined. */
function joined(folder: string, paths: readonly string[]): string | undefined {
  const [first, ...others] = paths.map((path) => JoinedParquet.of(readFileSync(path)));
  if (first === undefined || !others.every((other) => other !== undefined && first.add(other))) return undefined;
  const path = join(folder, 'joined.parquet');
  writeFileSync(path, Buffer.concat(first.parts()));
  return path;
}

/** Columns and rows in their order, each value as a text. */
async function tableOf(paths: readonly string[]): Promise<unknown> {
  const files = `read_parquet(${literalList(paths)}, union_by_name = true)`;
  const columns = await query(`DESCRIBE FROM ${files}`);
  return { columns, rows: await query(`SELECT COLUMNS(*)::VARCHAR FROM ${files}`) };
}

async function requireSame(folder: string, paths: readonly string[]): Promise<void> {
  const path = joined(folder, paths);
  assert.ok(path !== undefined, 'the files are joined');
  assert.deepEqual(await tableOf([path]), await tableOf(paths));
}

test('each value of each type is read as from its own file', async (t) => {
  const folder = temporaryFolder(t);
  const all = await written(folder, 'all', 'FROM test_all_types()');
  const others = await written(folder, 'others', 'FROM test_all_types() ORDER BY bool NULLS FIRST');
  await requireSame(folder, [all, others, all]);
});

test('files of other codecs, page versions and row groups are joined', async (t) => {
  const folder = temporaryFolder(t);
  const rows = (from: number): string =>
    `SELECT range AS i, range % 7 AS d, 'text ' || range % 300 AS s FROM range(${from}, ${from + 5000})`;
  const paths = [
    await written(folder, 'zstd', rows(0), ', CODEC zstd, ROW_GROUP_SIZE 2048'),
    await written(folder, 'gzip', rows(5000), ', CODEC gzip'),
    await written(folder, 'plain', rows(10_000), ', CODEC uncompressed, BLOOM_FILTER_FALSE_POSITIVE_RATIO 0.01'),
    await written(folder, 'empty', `${rows(0)} WHERE false`),
  ];
  await requireSame(folder, paths);
  const v2 = [0, 5000].map((from) => written(folder, `v2 ${from}`, rows(from), ', PARQUET_VERSION v2'));
  await requireSame(folder, await Promise.all(v2));
  const path = joined(folder, paths)!;
  const filtered = `SELECT count(*) FROM ${literal(path)} WHERE i = 12345 AND s = 'text 45' AND d = 12345 % 7`;
  assert.deepEqual(await query(filtered), [[1n]]);
});

test('a column that some files lack is null in their rows, and names keep the order of their first appearance', async (t) => {
  const folder = temporaryFolder(t);
  const columns = ['a', 'b', 'c', 'd'].map((name, at) => [name, ['INTEGER', 'DOUBLE', 'VARCHAR', 'DATE'][at]!]);
  const values = ['1', '0.1', "'ä'", "DATE '2024-02-29'"];
  for (const seed of seeds(10)) {
    const random = randomOf(seed);
    const paths: string[] = [];
    for (let file = 0; file < 1 + random(12); file++) {
      const own = columns
        .map(([name, type], at) => ({ name, type, at, place: random(9) }))
        .filter(({ place }) => place < 6)
        .sort((x, y) => x.place - y.place)
        .map(({ name, type, at }) => `CASE WHEN range % 3 > 0 THEN ${values[at]}::${type} END AS ${name}`);
      const sql = `SELECT ${own.length === 0 ? 'NULL::BIGINT AS e' : own.join(', ')} FROM range(${random(4) * 100})`;
      paths.push(await written(folder, `${seed} ${file}`, sql));
    }
    await t.test(`seed ${seed}`, () => requireSame(folder, paths));
  }
});

test('the last file gives the joined one its texts', async (t) => {
  const folder = temporaryFolder(t);
  const paths = [1, 2].map((number) =>
    written(folder, `file ${number}`, `SELECT ${number} AS a`, `, KV_METADATA {'duckpond.columns': '${number}'}`),
  );
  const path = joined(folder, await Promise.all(paths))!;
  const texts = await query(`SELECT key::VARCHAR, value::VARCHAR FROM parquet_kv_metadata(${literal(path)})`);
  assert.deepEqual(texts, [['duckpond.columns', '2']]);
});

const apart: readonly (readonly [what: string, first: string, second: string, options?: string])[] = [
  ['another type', 'SELECT 1 AS a', 'SELECT 1.5::DOUBLE AS a'],
  ['another unit of time', "SELECT TIMESTAMP '2024-01-01' AS a", "SELECT TIMESTAMP_NS '2024-01-01' AS a"],
  ['a name in another case', 'SELECT 1 AS a', 'SELECT 1 AS A'],
  ['other nested columns', 'SELECT [1] AS a', 'SELECT [1] AS a, 2 AS b'],
  ['texts of another writer', 'SELECT 1 AS a', 'SELECT 1 AS a', ", KV_METADATA {'geo': '{}'}"],
];
for (const [what, first, second, options] of apart) {
  test(`files are not joined where one has ${what}`, async (t) => {
    const folder = temporaryFolder(t);
    const paths = [await written(folder, 'first', first), await written(folder, 'second', second, options)];
    assert.equal(joined(folder, paths), undefined);
    assert.equal(joined(folder, paths.toReversed()), undefined);
  });
}

test('files are not joined where one has names that are alike, or a column that may not be null in another', () => {
  const file = (...names: readonly string[]): JoinedParquet => {
    const columnData = names.map((name) => ({ name, data: [1], type: 'INT32' as const, nullable: false }));
    return JoinedParquet.of(new Uint8Array(parquetWriteBuffer({ columnData })))!;
  };
  assert.equal(file('a').add(file('a')), true);
  assert.equal(file('a', 'A').add(file('a', 'A')), true);
  assert.equal(file('a').add(file('b')), false);
  assert.equal(file('a', 'A').add(file('a')), false);
  assert.equal(file('a').add(file('a', 'A')), false);
});

test('a file that is cut short or altered is not joined', async (t) => {
  const folder = temporaryFolder(t);
  const bytes = readFileSync(await written(folder, 'file', "SELECT range AS a, 'x' AS b FROM range(100)"));
  const footerBytes = bytes.readUInt32LE(bytes.length - 8);
  assert.equal(JoinedParquet.of(bytes.subarray(-footerBytes - 20)), undefined, 'its columns are outside of it');
  assert.equal(JoinedParquet.of(bytes.subarray(0, -1)), undefined);
  assert.equal(JoinedParquet.of(new Uint8Array()), undefined);
  const random = randomOf(1);
  // Any change of the footer is either refused, or moves no column out of the file.
  for (let round = 0; round < 300; round++) {
    const altered = Buffer.from(bytes);
    altered[bytes.length - 9 - random(footerBytes)]! ^= 1 << random(8);
    const file = JoinedParquet.of(altered);
    if (file !== undefined) assert.ok(Buffer.concat(file.parts()).length < 2 * bytes.length);
  }
});
