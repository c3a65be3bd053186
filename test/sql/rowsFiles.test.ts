/**
 * The rows of a large CSV file that DuckDB cannot read as it is are kept in the user's cache folder, by content and
 * format.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { literal, sql } from '../../server/src/duckdb/sql.ts';
import { QueryEngine } from '../../server/src/sql/engine.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { testConnection } from '../support/connection.ts';
import { newUserCache } from '../support/userCache.ts';
import { makeTestPond, type TestPond } from './testPond.ts';

const connection = await testConnection({ threads: 1 });

const lines = Array.from({ length: 20_000 }, (_, row) => `${row},2024-05-${10 + (row % 18)},station-${row % 7}`);
const table = `n,day,station\n${lines.join('\n')}\n`;

/** Contents of the same rows that DuckDB does not read as they are. */
const contents: Readonly<Record<string, Buffer>> = {
  'UTF-16': Buffer.from(`\ufeff${table}`, 'utf16le'),
  'a header inside': Buffer.from(table.replace('\n1000,', '\nn,day,station\n1000,')),
  'several ends of lines': Buffer.from(table.replace('\n1000,', '\r\n1000,')),
};

/** The Parquet files in the user's cache folder. */
function keptIn(folder: string): readonly string[] {
  const files = existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [];
  return files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
}

async function parquetIn(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of keptIn(folder)) {
    const rows = connection.rows(sql`SELECT count(*) FROM parquet_file_metadata(${literal(path)})`);
    if (
      await rows.then(
        () => true,
        () => false,
      )
    )
      found.push(path);
  }
  return found;
}

/** The result of a query, by a process of its own. */
async function answer({ pond }: TestPond, text: string): Promise<unknown> {
  const engine = new QueryEngine({ openDisk: openHostDisk });
  try {
    const { resultId, columns } = await engine.run(pond, { sql: text });
    return [columns.map(({ type }) => type), (await engine.rows(resultId, 0, 10)).columns];
  } finally {
    await engine.close();
  }
}

async function pondWith(t: TestContext, content: Buffer): Promise<{ made: TestPond; folder: string }> {
  const folder = newUserCache(t);
  const made = await makeTestPond();
  t.after(() => made.close());
  await made.root.writeFile('/a.csv', content);
  return { made, folder };
}

const query = `SELECT count(*) AS n, sum(n) AS s, max(day) AS d, count(DISTINCT station) AS k, any_value(filename) AS f FROM "/a.csv"`;
const expected = [
  ['BIGINT', 'HUGEINT', 'DATE', 'BIGINT', 'VARCHAR'],
  [['20000'], ['199990000'], ['2024-05-27'], ['7'], ['/a.csv']],
];

for (const [title, content] of Object.entries(contents)) {
  test(`rows of a file with ${title} are kept for later processes`, async (t) => {
    const { made, folder } = await pondWith(t, content);
    assert.deepEqual(await answer(made, query), expected);
    const [kept, ...others] = await parquetIn(folder);
    assert.deepEqual(others, []);
    assert.deepEqual(await answer(made, query), expected);
    // Other rows in its place show that the file is read.
    rmSync(kept!);
    await connection.run(
      sql`COPY (SELECT '7' AS n, '2024-01-01' AS day, 'x' AS station) TO ${literal(kept!)} (FORMAT parquet)`,
    );
    assert.deepEqual(await answer(made, `SELECT n, station FROM "/a.csv"`), [
      ['BIGINT', 'VARCHAR'],
      [['7'], ['x']],
    ]);
    rmSync(kept!);
    assert.deepEqual(await answer(made, query), expected);
    assert.deepEqual(await parquetIn(folder), [kept]);
  });
}

test('rows of a file that DuckDB reads are not kept', async (t) => {
  const { made, folder } = await pondWith(t, Buffer.from(table));
  assert.deepEqual(await answer(made, query), expected);
  assert.deepEqual(await parquetIn(folder), []);
});

test('a fault of a large file is reported by its query, at its table', async (t) => {
  const { made, folder } = await pondWith(t, Buffer.from(`${table}1,2,3,4\n`));
  await assert.rejects(answer(made, query), (error: { code?: string; message: string; position?: unknown }) => {
    assert.equal(error.code, 'invalid-content');
    assert.match(error.message, /line 20002/);
    assert.ok(error.position !== undefined);
    return true;
  });
  assert.deepEqual(await parquetIn(folder), []);
});

test('a pattern over files of both kinds is one table', async (t) => {
  const { made } = await pondWith(t, contents['UTF-16']!);
  await made.root.writeFile('/b.csv', Buffer.from(table));
  const text = `SELECT filename, count(*) AS n, max(day) AS d FROM "/[ab].csv" GROUP BY ALL ORDER BY ALL`;
  const rows = [
    ['/a.csv', '/b.csv'],
    ['20000', '20000'],
    ['2024-05-27', '2024-05-27'],
  ];
  for (const _ of [1, 2]) assert.deepEqual(await answer(made, text), [['VARCHAR', 'BIGINT', 'DATE'], rows]);
});

test('files of equal content have their rows each', async (t) => {
  const { made } = await pondWith(t, contents['a header inside']!);
  await made.root.writeFile('/b.csv', contents['a header inside']!);
  const counts = 'SELECT count(*), count(DISTINCT filename) FROM "/[ab].csv"';
  assert.deepEqual(await answer(made, counts), [
    ['BIGINT', 'BIGINT'],
    [['40000'], ['2']],
  ]);
  const all = 'SELECT count(*) FROM "/[ab].csv"';
  assert.deepEqual(await answer(made, all), [['BIGINT'], [['40000']]]);
});
