import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Connection } from '../../server/src/duckdb/connection.ts';
import { type Database, openDatabase } from '../../server/src/duckdb/database.ts';
import { type RowStream } from '../../server/src/duckdb/statements.ts';
import { ResultStore } from '../../server/src/sql/resultStore.ts';
import { type ResultFormat } from '../../server/src/protocol/results.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { makeTemporaryDirectory } from '../support/temporaryDirectory.ts';
import { anySql } from '../support/anySql.ts';

const temporary = makeTemporaryDirectory('duckpond-test');
const never = new AbortController().signal;
let database: Database;
let connection: Connection;
let store: ResultStore;

before(async () => {
  database = await openDatabase();
  connection = await database.connect();
  store = await ResultStore.open({ memoryLimitBytes: 32 * 1024 * 1024, spillDirectory: join(temporary.path, 'spill') });
});
after(() => {
  connection.close();
  database.close();
  store.close();
  temporary.remove();
});

async function stream(sql: string): Promise<RowStream> {
  return (await (await connection.statements(sql)).bind(0)).stream();
}

const keep = async (sql: string, signal = never) => store.keep(await stream(sql), signal);

test('a value of each type keeps its type and its text', async () => {
  const types = await connection.rows(anySql('SELECT column_name, column_type FROM (DESCRIBE FROM test_all_types())'));
  const casts = types.map(([name]) => `CAST("${String(name)}" AS VARCHAR)`);
  const expected = await connection.textColumns(anySql(`SELECT ${casts.join(', ')} FROM test_all_types()`));
  const { result, columns, rowCount } = await keep('FROM test_all_types()');
  assert.equal(rowCount, 3);
  assert.deepEqual(
    columns.map(({ name, type }) => [name, type.replaceAll('"', '')]),
    // DuckDB quotes the names of fields in one of the two cases only.
    types.map(([name, type]) => [name, String(type).replaceAll('"', '')]),
  );
  assert.deepEqual((await store.rows(result, 0, 10)).columns, expected);
});

test('rows are returned by window, in order, also far from the start and past the end', async () => {
  const { result, rowCount } = await keep('SELECT x, NULL AS n FROM range(300000) t(x)');
  assert.equal(rowCount, 300000);
  const window = await store.rows(result, 299_998, 10);
  assert.deepEqual(window, {
    start: 299_998,
    columns: [
      ['299998', '299999'],
      [null, null],
    ],
  });
  assert.deepEqual((await store.rows(result, 300_000, 10)).columns, [[], []]);
  const middle = await store.rows(result, 150_000, 3);
  assert.deepEqual(middle.columns[0], ['150000', '150001', '150002']);
});

test('a result larger than the memory limit is stored completely', async () => {
  const { result, rowCount } = await keep(`SELECT repeat('x', 400) || x AS text FROM range(200000) t(x)`);
  assert.equal(rowCount, 200_000);
  const { columns } = await store.rows(result, 199_999, 1);
  assert.equal(columns[0]?.[0]?.slice(398), 'xx199999');
  await store.release(result);
});

async function copy(result: number, format: ResultFormat, file: string): Promise<void> {
  await store.copy(result, { format, disk: openHostDisk(temporary.path), path: basename(file) }, never);
}

async function jsonLines(result: number): Promise<string[]> {
  const file = join(temporary.path, `${result}.ndjson`);
  await copy(result, 'ndjson', file);
  return readFileSync(file, 'utf8').trimEnd().split('\n');
}

test('columns of the same name are distinguished', async () => {
  const { result, columns } = await keep('SELECT 1 AS a, 2 AS A, 3 AS a, 4 AS a_1');
  assert.deepEqual(
    columns.map((column) => column.name),
    ['a', 'A', 'a', 'a_1'],
  );
  assert.deepEqual(await jsonLines(result), ['{"a":1,"A_1":2,"a_2":3,"a_1_1":4}']);
});

test('a result without rows has its columns', async () => {
  const { result, columns, rowCount } = await keep('SELECT 1 AS a WHERE false');
  assert.deepEqual([columns, rowCount], [[{ name: 'a', type: 'INTEGER' }], 0]);
  assert.deepEqual((await store.rows(result, 0, 5)).columns, [[]]);
});

test('NULL without a type, and names that need quotes, are supported', async () => {
  const { result } = await keep(`SELECT NULL AS "it's", 'é' AS "a ""b"""`);
  assert.deepEqual((await store.rows(result, 0, 1)).columns, [[null], ['é']]);
  assert.deepEqual(await jsonLines(result), [`{"it's":null,"a \\"b\\"":"é"}`]);
});

test('JSON has native numbers, lists and structs', async () => {
  const { result } = await keep(`SELECT 1.5 AS n, [1, 2] AS l, {a: true} AS s, DATE '2020-01-02' AS d`);
  assert.deepEqual(JSON.parse((await jsonLines(result))[0] ?? ''), {
    n: 1.5,
    l: [1, 2],
    s: { a: true },
    d: '2020-01-02',
  });
});

test('NaN and infinities become null in JSON at any depth, and text is unchanged', async () => {
  const { result } = await keep(`
    SELECT ['NaN'::DOUBLE, 'inf'::DOUBLE, '-inf'::DOUBLE, 1.25] AS l,
      {a: 'nan', b: {"inf": [{c: '-inf'::FLOAT}]}, d: 'x" nan \\'} AS s,
      MAP {'-inf': 'nan'::DOUBLE} AS m, [['inf'::FLOAT, 2]::FLOAT[2]] AS f, NULL::DOUBLE[] AS n, ['NaN', 'inf'] AS t`);
  const expected = {
    l: [null, null, null, 1.25],
    s: { a: 'nan', b: { inf: [{ c: null }] }, d: 'x" nan \\' },
    m: { '-inf': null },
    f: [[null, 2]],
    n: null,
    t: ['NaN', 'inf'],
  };
  const [line] = await jsonLines(result);
  assert.deepEqual(JSON.parse(line ?? ''), expected);
  const file = join(temporary.path, 'finite.json');
  await copy(result, 'json', file);
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), [expected]);
});

const formats = { csv: 'read_csv', json: 'read_json', ndjson: 'read_json', parquet: 'read_parquet' } as const;
for (const [format, reader] of Object.entries(formats) as [keyof typeof formats, string][]) {
  test(`a result is written as ${format} and read back equal`, async () => {
    const { result } = await keep(`SELECT x AS "a b", 'it''s, ' || x AS x, 2 AS X FROM range(5000) t(x)`);
    const file = join(temporary.path, `it's.${format}`);
    await copy(result, format, file);
    const rows = await connection.rows(
      anySql(`SELECT count(*), sum("a b"), max(x) FROM ${reader}('${file.replace("'", "''")}')`),
    );
    assert.deepEqual(
      rows.map((row) => row.map(String)),
      [['5000', '12497500', "it's, 999"]],
    );
  });
}

test('JSON in a file is one array', async () => {
  const { result } = await keep('SELECT x FROM range(2) t(x)');
  const file = join(temporary.path, 'array.json');
  await copy(result, 'json', file);
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), [{ x: 0 }, { x: 1 }]);
});

test('a released result is gone, and can be released again', async () => {
  const { result } = await keep('SELECT 1');
  await store.release(result);
  await store.release(result);
  await assert.rejects(store.rows(result, 0, 1), { code: 'query-failed' });
});

test('a stream that fails or is cancelled leaves no table', async () => {
  const kept = await store.database.connect();
  const tables = async () => (await kept.rows(anySql('SELECT count(*) FROM duckdb_tables()')))[0]?.[0];
  const before = await tables();
  const failing = { columns: [{ name: 'x', type: 'INTEGER' }], next: () => Promise.reject(new Error('midway')) };
  await assert.rejects(store.keep(failing, never), { code: 'query-failed' });
  await assert.rejects(keep('SELECT 1', AbortSignal.abort()), { code: 'cancelled' });
  assert.equal(await tables(), before);
  kept.close();
});
