import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { isPondError, PondError } from '../../server/src/base/error.ts';
import { literal } from '../../server/src/duckdb/sql.ts';
import { type Builder } from '../../server/src/sandbox/build.ts';
import { createBuilder } from '../../server/src/build/builder.ts';
import { makeTemporaryDirectory } from '../support/temporaryDirectory.ts';

const temporary = makeTemporaryDirectory('duckpond-test');
const endless = 'SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range * b.range = -1';
let builder: Builder;
let fileCount = 0;

before(() => {
  builder = createBuilder({ memoryLimitBytes: 256 * 1024 * 1024 });
});
after(async () => {
  await builder.close();
  temporary.remove();
});

/** A Parquet file of a query. */
async function parquetOf(select: string): Promise<string> {
  const file = join(temporary.path, `file${(fileCount += 1)}`);
  await builder.run({ statements: [`COPY (${select}) TO '${file}' (FORMAT parquet)`], writes: [file] });
  return file;
}

test('statements run in sequence on one connection, and the rows of the last are returned', async () => {
  const rows = await builder.run({
    statements: [
      'CREATE TEMP TABLE t AS SELECT range AS n FROM range(3)',
      'INSERT INTO t VALUES (9007199254740993)',
      'SELECT n, n::INTEGER % 2 = 0 OR NULL, n::VARCHAR, 0.5::DOUBLE, NULL FROM t WHERE n < 2 ORDER BY n',
    ],
  });
  assert.deepEqual(rows, [
    [0n, true, '0', 0.5, null],
    [1n, null, '1', 0.5, null],
  ]);
  assert.deepEqual(await builder.run({ statements: ['SELECT 9007199254740993'] }), [[9007199254740993n]]);
  await assert.rejects(builder.run({ statements: ['FROM t'] }), { code: 'query-invalid' });
});

test('times are returned as microseconds, and other values as text', async () => {
  const [row] = await builder.run({
    statements: ["SELECT TIMESTAMP '1970-01-01 00:00:01', DATE '2024-02-03', [1, 2], 1.50::DECIMAL(5,2)"],
  });
  assert.deepEqual(row, [1_000_000n, '2024-02-03', '[1, 2]', '1.50']);
});

test('a time without a zone is UTC', async () => {
  assert.deepEqual(await builder.run({ statements: ["SELECT TIMESTAMPTZ '1970-01-01 00:00:00'"] }), [[0n]]);
});

test('a failed statement reports why, without a position in generated SQL', async () => {
  await assert.rejects(
    builder.run({ statements: ['SELECT nothing'] }),
    (error: Error & { code?: string; position?: unknown }) => {
      assert.equal(error.code, 'query-invalid');
      assert.match(error.message, /nothing/);
      assert.equal(error.position, undefined);
      return true;
    },
  );
});

test('files are inspected as one table', async () => {
  const first = await parquetOf('SELECT 10::BIGINT AS "Timestamp", 1.5 AS a UNION ALL SELECT 20, 2.5');
  const second = await parquetOf('SELECT 5::BIGINT AS "Timestamp", true AS b');
  assert.deepEqual(await builder.inspect([first, second]), {
    columns: [
      { name: 'Timestamp', type: 'BIGINT' },
      { name: 'a', type: 'DECIMAL(2,1)' },
      { name: 'b', type: 'BOOLEAN' },
    ],
    rowCount: 3,
    isAlike: false,
    time: { minUs: 5_000_000n, maxUs: 20_000_000n },
  });
});

for (const [type, values, expected] of [
  ['INTEGER', '(1), (2), (NULL)', { minUs: 1_000_000n, maxUs: 2_000_000n }],
  ['UBIGINT', '(1)', { minUs: 1_000_000n, maxUs: 1_000_000n }],
  ['DOUBLE', "('1.25'), ('2.000001'), ('nan'), ('inf')", { minUs: 1_250_000n, maxUs: 2_000_001n }],
  ['DECIMAL(9,2)', '(1.25)', { minUs: 1_250_000n, maxUs: 1_250_000n }],
  ['TIMESTAMP', "('1970-01-01 00:00:01'), ('infinity')", { minUs: 1_000_000n, maxUs: 1_000_000n }],
  ['TIMESTAMP_MS', "('1970-01-01 00:00:01')", { minUs: 1_000_000n, maxUs: 1_000_000n }],
  ['TIMESTAMP_NS', "('1970-01-01 00:00:01')", { minUs: 1_000_000n, maxUs: 1_000_000n }],
  ['TIMESTAMPTZ', "('1970-01-01 00:00:01+00')", { minUs: 1_000_000n, maxUs: 1_000_000n }],
  ['DATE', "('1970-01-02'), ('infinity')", { minUs: 86_400_000_000n, maxUs: 86_400_000_000n }],
  ['BIGINT', '(9223372036854775807)', undefined],
  ['BIGINT', '(NULL)', undefined],
  ['VARCHAR', "('1970-01-02')", undefined],
] as const) {
  test(`the times of a column of ${type} with ${values} are reported`, async () => {
    const file = await parquetOf(`SELECT v::${type} AS tImestamp FROM (VALUES ${values}) t(v)`);
    assert.deepEqual((await builder.inspect([file])).time, expected);
  });
}

test('a file without rows has columns and no times', async () => {
  const file = await parquetOf('SELECT 1 AS "Timestamp" WHERE false');
  assert.deepEqual(await builder.inspect([file]), {
    columns: [{ name: 'Timestamp', type: 'INTEGER' }],
    rowCount: 0,
    isAlike: true,
    time: undefined,
  });
});

test('an unreadable file is reported without its host path', async () => {
  const file = join(temporary.path, "it's text");
  writeFileSync(file, 'a,b\n1,2\n1,2\n');
  const sql = `SELECT count(*) FROM read_parquet(${literal(file)})`;
  for (const read of [
    () => builder.inspect([file]),
    () => builder.run({ statements: ['SELECT 1', sql], reads: [file] }),
  ]) {
    const error: unknown = await read().catch((reason: unknown) => reason);
    assert.ok(isPondError(error, 'invalid-content'), String(error));
    assert.match(error.message, /end of file$/);
  }
});

test('a missing file is a disk failure', async () => {
  const file = join(temporary.path, 'gone');
  await assert.rejects(builder.inspect([file]), { code: 'storage-failed' });
  await assert.rejects(builder.run({ statements: [`FROM read_parquet(${literal(file)})`], reads: [file] }), {
    code: 'storage-failed',
  });
});

test('a statement opens and writes its own files and no others', async () => {
  const [file, other] = [await parquetOf('SELECT 1 AS a'), await parquetOf('SELECT 2 AS a')];
  const before = readFileSync(other);
  const [input, outside] = [literal(file), literal(other)];
  for (const statement of [
    `FROM read_parquet(${outside})`,
    `SELECT content FROM read_text(${outside})`,
    `COPY (FROM read_parquet(${input})) TO ${outside} (FORMAT parquet)`,
    `COPY (SELECT 1) TO ${literal(join(temporary.path, 'new'))} (FORMAT csv)`,
    `ATTACH ${literal(join(temporary.path, 'new'))}`,
    `SET allowed_paths = [${outside}]`,
    'SET enable_external_access = true',
    'SET lock_configuration = false',
    "SET TimeZone = 'Asia/Kolkata'",
    'INSTALL httpfs',
    `FROM read_csv('https://localhost/x.csv')`,
  ]) {
    await assert.rejects(builder.run({ statements: [statement], reads: [file] }), PondError, statement);
  }
  assert.deepEqual(readFileSync(other), before);
  assert.deepEqual(await builder.run({ statements: [`FROM read_parquet(${input})`], reads: [file] }), [[1]]);
});

test('a text of several statements is refused, and none of them runs', async () => {
  const file = join(temporary.path, 'never');
  const first = `COPY (SELECT 1) TO ${literal(file)} (FORMAT parquet)`;
  for (const statement of [
    `${first}; SELECT 1`,
    `${first} -- \r; SELECT 1`,
    `SELECT 1; ${first}`,
    `${first};${first}`,
  ]) {
    const run = builder.run({ statements: ['SELECT 1', statement, 'SELECT 2'], writes: [file] });
    await assert.rejects(run, { code: 'query-forbidden', message: 'expected one statement, got a text of 2' });
  }
  assert.ok(!existsSync(file));
});

test('cancelled work ends soon, running or waiting, and other work continues', async () => {
  const controller = new AbortController();
  const endlessly = (count: number) =>
    Array.from({ length: count }, () =>
      assert.rejects(builder.run({ statements: [endless] }, controller.signal), { code: 'cancelled' }),
    );
  const running = endlessly(2);
  await builder.run({ statements: ['SELECT 1'] });
  const ended = Promise.all([...running, ...endlessly(6)]);
  const other = builder.run({ statements: ['SELECT 1'] });
  controller.abort();
  await ended;
  assert.deepEqual(await other, [[1]]);
});

test('calls run concurrently', async () => {
  const controller = new AbortController();
  const long = assert.rejects(builder.run({ statements: [endless] }, controller.signal), { code: 'cancelled' });
  assert.deepEqual(await builder.run({ statements: ['SELECT 1'] }), [[1]]);
  controller.abort();
  await long;
});

test('a process that cannot start, and one that is closed, fail their calls, and none starts for later ones', async () => {
  const dying = createBuilder({ workerPath: join(temporary.path, 'none.mjs') });
  await assert.rejects(dying.run({ statements: ['SELECT 1'] }), { code: 'engine-unavailable' });
  await dying.close();
  const closing = createBuilder();
  const running = assert.rejects(closing.run({ statements: [endless] }), { code: 'engine-unavailable' });
  await closing.run({ statements: ['SELECT 1'] });
  await closing.close();
  await running;
  const refusal = { code: 'engine-unavailable', message: 'the query engine was closed' };
  await assert.rejects(closing.run({ statements: ['SELECT 1'] }), refusal);
});

test('a build that ends the process fails alone, and the others are built in another', async () => {
  // DuckDB's parser of JSON recurses without a bound.
  const fatal = `SELECT json_structure(repeat('[', 1000000) || repeat(']', 1000000)) FROM range(1)`;
  const build = (name: string, sql: string): Promise<void> => {
    const target = join(temporary.path, name);
    return builder.fromUserSql({ sql, input: { name: '/in.csv', files: [] }, tables: [], target });
  };
  const long = 'SELECT count(*) AS n FROM range(20000) a, range(20000) b WHERE a.range * b.range = 1';
  await Promise.all([
    build('other', long),
    assert.rejects(build('fatal', fatal), { code: 'engine-unavailable' }),
    build('behind', 'SELECT 1::BIGINT AS n'),
  ]);
  for (const name of ['other', 'behind']) {
    const file = join(temporary.path, name);
    assert.deepEqual(await builder.run({ statements: [`FROM read_parquet(${literal(file)})`], reads: [file] }), [[1n]]);
  }
  assert.ok(!existsSync(join(temporary.path, 'fatal')));
});
