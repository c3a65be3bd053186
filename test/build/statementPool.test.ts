/** Generated SQL of one request after another, in one database: each request finds its own files and no others. */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { StatementPool, type StatementScope } from '../../server/src/build/statementPool.ts';
import { joinSql, literal, sql, type SqlText } from '../../server/src/duckdb/sql.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { makeTemporaryDirectory } from '../support/temporaryDirectory.ts';
import { anySql } from '../support/anySql.ts';

const temporary = makeTemporaryDirectory('duckpond-test');
const directory = join(temporary.path, 'pool');
let pool: StatementPool;
let count = 0;

before(() => {
  pool = new StatementPool({ directory, settings: { threads: 1 }, openDisk: openHostDisk });
});
after(() => {
  pool.close();
  temporary.remove();
});

/** Runs a statement as one request, and returns its rows. */
async function rows(statement: SqlText, reads: readonly string[] = [], writes: readonly string[] = []) {
  return await pool.use({ statements: [statement], reads, writes }, async ({ connection, localize }) =>
    connection.rows(localize(statement)),
  );
}

/** Does work in the database that served the request before, with the paths that it knows. */
async function withPaths<T>(reads: readonly string[], work: (scope: StatementScope) => Promise<T>): Promise<T> {
  return await pool.use({ statements: [sql`SELECT 1`], reads, writes: [] }, work);
}

async function parquet(value: number): Promise<string> {
  const file = join(temporary.path, `file${(count += 1)}.parquet`);
  await rows(sql`COPY (SELECT ${value} AS v) TO ${literal(file)} (FORMAT parquet)`, [], [file]);
  return file;
}

const read = (file: string): SqlText => sql`FROM read_parquet(${literal(file)})`;

test('one request after another reads its own files, in one database', async () => {
  for (const value of [1, 2, 3]) {
    const file = await parquet(value);
    assert.deepEqual(await rows(read(file), [file]), [[value]]);
  }
  assert.equal(readdirSync(directory).length, 1);
});

test('a file that is written is at its host path, and a file of the request after it is another', async () => {
  const [one, two] = [await parquet(1), await parquet(2)];
  assert.deepEqual(await rows(sql`${read(one)} UNION ALL ${read(two)}`, [one, two]), [[1], [2]]);
});

test('a request cannot open a file of another, by its path or by the path of the database', async () => {
  const secret = await parquet(42);
  const own = await withPaths([secret], async ({ connection, pathOf }) => {
    assert.deepEqual(await connection.rows(read(pathOf(secret))), [[42]]);
    return pathOf(secret);
  });
  for (const path of [secret, own, `${own}/../${own.split('/').at(-1)}`, join(directory, '*', '*'), '/etc/passwd']) {
    await assert.rejects(rows(sql`FROM read_blob(${literal(path)})`), (error) => isPondError(error), path);
  }
  for (const path of [secret, join(temporary.path, 'new')]) {
    await assert.rejects(rows(sql`COPY (SELECT 1) TO ${literal(path)}`), { code: 'query-forbidden' });
  }
  assert.equal(existsSync(join(temporary.path, 'new')), false);
});

test('nothing but the spilled data is in the directory of a database between requests', async () => {
  const file = await parquet(1);
  await rows(read(file), [file]);
  for (const name of readdirSync(directory)) {
    assert.deepEqual(
      readdirSync(join(directory, name)).filter((each) => each !== 'spill'),
      [],
    );
  }
});

test('statements that could leave something have a database of their own', async () => {
  await pool.use({ statements: [sql`CREATE TABLE kept (v INTEGER)`], reads: [], writes: [] }, ({ connection }) =>
    connection.run(sql`CREATE TABLE kept (v INTEGER)`),
  );
  await assert.rejects(rows(sql`FROM kept`), { code: 'query-invalid' });
});

test('a setting cannot be changed, and a database whose request failed is not used again', async () => {
  const [used] = readdirSync(directory);
  await assert.rejects(
    withPaths([], ({ connection }) => connection.run(anySql("SET allowed_paths = ['/etc/passwd']"))),
    (error) => isPondError(error),
  );
  await rows(sql`SELECT 1`);
  assert.equal(readdirSync(directory).includes(used ?? ''), false);
});

test('the content of a file that cannot be read is reported without a path, and a missing file by its own', async () => {
  const file = join(temporary.path, 'text.parquet');
  writeFileSync(file, 'no parquet');
  await assert.rejects(rows(read(file), [file]), (error) => {
    assert.ok(isPondError(error, 'invalid-content'));
    assert.doesNotMatch(error.message, /\/(?:in|text)/);
    return true;
  });
  const missing = join(temporary.path, 'missing.parquet');
  await assert.rejects(rows(read(missing), [missing]), (error) => {
    return isPondError(error, 'storage-failed') && error.message.includes(missing);
  });
});

test('rows name the files of the request', async () => {
  const file = await parquet(7);
  const statement = sql`SELECT filename, v FROM read_parquet(${literal(file)}, filename = true)`;
  const named = await pool.use({ statements: [statement], reads: [file], writes: [] }, async (scope) => {
    const [row = []] = await scope.connection.rows(scope.localize(statement));
    return scope.restore(String(row[0]));
  });
  assert.equal(named, file);
});

test('files in a folder whose name is a pattern are those of the request, however many', async () => {
  const file = await parquet(7);
  for (const [name, fileCount] of [
    ['g*', 1],
    ['[ab]', 70],
  ] as const) {
    const folder = join(temporary.path, name);
    mkdirSync(folder);
    const files = Array.from({ length: fileCount }, (_, index) => join(folder, `${index}`));
    for (const each of files) copyFileSync(file, each);
    const statement = sql`SELECT sum(v) FROM read_parquet([${joinSql(files.map(literal))}])`;
    assert.deepEqual(await rows(statement, files), [[BigInt(7 * fileCount)]]);
  }
});
