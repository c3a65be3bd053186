import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { type DatabaseSettings } from '../../server/src/duckdb/database.ts';
import { readingOf } from '../../server/src/sandbox/formats.ts';
import { QuerySandbox, sandboxKey } from '../../server/src/sandbox/querySandbox.ts';
import { type SandboxSpec, viewOf } from '../../server/src/sandbox/sources.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { makeTemporaryDirectory } from '../support/temporaryDirectory.ts';

/**
 * The sandbox itself: SQL without prior analysis. The analysis refuses most of it earlier; the sandbox must hold even
 * when the analysis is wrong.
 */
const temporary = makeTemporaryDirectory('duckpond-test');
const allowed = join(temporary.path, 'allowed');
const other = join(temporary.path, 'other');
let sandbox: QuerySandbox;
let spec: SandboxSpec;

before(async () => {
  writeFileSync(allowed, 'a,b\n1,x\n');
  writeFileSync(other, 'a,b\n2,y\n');
  const reading = readingOf('file', 'x.csv');
  assert.ok(reading);
  const files = [{ hostPath: allowed, sizeBytes: 8, pondPath: '/x.csv', reading }];
  spec = { files, tables: [], views: [viewOf({ name: '/x.csv', index: 0, files })], tablesKey: '' };
  sandbox = await open('first', { spillDirectory: join(temporary.path, 'spill') });
});
after(() => {
  sandbox.close();
  temporary.remove();
});

function open(name: string, settings: DatabaseSettings = {}): Promise<QuerySandbox> {
  return QuerySandbox.open(spec, { ...settings, openDisk: openHostDisk, inputDirectory: join(temporary.path, name) });
}

async function rowCount(query: string, explain?: string): Promise<number> {
  const stream = await sandbox.query({ query, explain });
  let count = 0;
  for (let chunk = await stream.next(); chunk !== undefined; chunk = await stream.next()) count += chunk.rowCount;
  return count;
}

for (const sql of ['FROM "/x.csv"', "FROM '/x.csv'", 'PIVOT "/x.csv" ON b USING sum(a)', 'DESCRIBE "/x.csv"']) {
  test(`runs ${sql}`, async () => assert.equal(await rowCount(sql), sql.startsWith('DESCRIBE') ? 2 : 1));
}

test('explains a query', async () => assert.equal(await rowCount('FROM "/x.csv"', 'EXPLAIN (ANALYZE)'), 1));

function forbids(sql: string, code = /^query-(forbidden|invalid)$/): void {
  for (const explain of [undefined, 'EXPLAIN ANALYZE']) {
    test(`stops ${explain ?? ''} ${sql.replaceAll(temporary.path, '…').slice(0, 90)}`, async () => {
      await assert.rejects(rowCount(sql, explain), (error: unknown) => {
        assert.ok(isPondError(error), String(error));
        assert.match(error.code, code);
        return true;
      });
    });
  }
}

const hostFiles = [
  '/etc/passwd',
  '/proc/self/environ',
  other,
  `${allowed}x`,
  '../allowed',
  'https://localhost/x.csv',
  's3://b/x.csv',
];
for (const file of hostFiles) {
  for (const reader of [
    'read_csv',
    'read_text',
    'read_blob',
    'read_json',
    'read_parquet',
    'glob',
    'sniff_csv',
    'parquet_metadata',
  ]) {
    forbids(`FROM ${reader}('${file}')`);
  }
  forbids(`FROM query('FROM read_text(''${file}'')')`);
  forbids(`PIVOT (FROM read_text('${file}')) ON content`);
}
forbids("FROM '/etc/passwd'", /^not-found$/);
forbids(`FROM '${other}.csv'`, /^(query-forbidden|not-found)$/);
forbids("FROM 'passwd.csv'", /^query-forbidden$/);
forbids("SELECT getenv('HOME')");

const writes = [
  `COPY (SELECT 1) TO '${allowed}'`,
  `COPY (SELECT 1) TO '${other}'`,
  `EXPLAIN ANALYZE COPY (SELECT 1) TO '${other}'`,
  `EXPORT DATABASE '${temporary.path}/export'`,
  `ATTACH '${other}.db'`,
  `ATTACH '${allowed}' AS a (READ_ONLY)`,
  'CREATE SCHEMA s',
  'INSTALL httpfs',
  'LOAD httpfs',
  "SET allowed_paths = ['/etc/passwd']",
  'RESET allowed_paths',
  'SET enable_external_access = true',
  'SET lock_configuration = false',
  "SET allowed_directories = ['/etc']",
  'PRAGMA enable_profiling',
  'CALL pragma_version()',
  'INSERT INTO t VALUES (1)',
  'CREATE TABLE t (x INT)',
  'CREATE OR REPLACE TEMP VIEW "/x.csv" AS SELECT 2 AS a',
  'DROP VIEW "/x.csv"',
  'SELECT $1',
  `CREATE TYPE x AS ENUM ('a'); COPY (SELECT 1) TO '${allowed}'`,
  `SELECT 1; COPY (SELECT 1) TO '${allowed}'`,
  `SET VARIABLE x = 1`,
  'PREPARE p AS SELECT 1',
  'CHECKPOINT',
  'VACUUM',
];
for (const sql of writes) forbids(sql);
forbids('CREATE SECRET s (TYPE s3)', /^query-failed$/);

test('a query that fails after millions of rows reports why and where', async () => {
  const failing = await open('second');
  const sql = `SELECT repeat('x', 20),\n  CAST(CASE x WHEN 4000000 THEN 'no' ELSE '1' END AS INT) FROM range(5000000) t(x)`;
  const drain = async () => {
    const stream = await failing.query({ query: sql, explain: undefined });
    while ((await stream.next()) !== undefined);
  };
  await assert.rejects(drain, (error: unknown) => {
    assert.ok(isPondError(error, 'query-failed'), String(error));
    assert.match(error.message, /Could not convert string 'no'/);
    assert.deepEqual(error.position, { line: 1, character: 2 });
    return true;
  });
  failing.close();
});

test('the files that a query may read are unchanged', async () => {
  const { readFileSync, readdirSync } = await import('node:fs');
  assert.equal(readFileSync(allowed, 'utf8'), 'a,b\n1,x\n');
  assert.equal(readFileSync(other, 'utf8'), 'a,b\n2,y\n');
  assert.deepEqual(
    readdirSync(temporary.path)
      .filter((name) => name !== 'spill' && name !== 'first')
      .sort(),
    ['allowed', 'other'],
  );
  assert.equal(await rowCount('FROM "/x.csv" WHERE a = 1'), 1);
});

test('queries over the same files share a database, in whichever order and wherever they name them', () => {
  const [file] = spec.files;
  assert.ok(file);
  const view = (name: string, index: number) => {
    const source = { ...file, pondPath: name, sizeBytes: 8, reading: readingOf('file', name)! };
    return viewOf({ name, index, files: [source] });
  };
  const keyOf = (...views: SandboxSpec['views']): string => sandboxKey({ ...spec, views });
  const key = keyOf(view('/x.csv', 5), view('/y.csv', 20));
  assert.equal(keyOf(view('/y.csv', 0), view('/x.csv', 9)), key);
  assert.notEqual(keyOf(view('/x.csv', 5), view('/y.parquet', 20)), key);
  assert.notEqual(keyOf(view('/x.csv', 5)), key);
});
