import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { analyze } from '../../server/src/sandbox/analysis.ts';
import { testConnection } from '../support/connection.ts';

const connection = await testConnection();

/** Tables as schema.name@index, followed by '?' if they may be something else. */
function finds(sql: string, expected: string): void {
  test(`reads ${expected === '' ? 'no table' : expected}: ${sql.slice(0, 80)}`, async () => {
    const { tables } = await analyze(connection, sql);
    const shown = tables.map(({ schema, name, index, certain }) => `${schema}.${name}@${index}${certain ? '' : '?'}`);
    assert.equal(shown.join(' '), expected);
  });
}

finds('SELECT 1', '');
finds('FROM "/a.csv"', './a.csv@5');
finds(`SELECT * FROM '/a.csv' JOIN "/b/*.parquet" USING (x)`, './a.csv@14 ./b/*.parquet@28');
finds('SELECT (SELECT max(x) FROM "/a.csv") FROM range(3)', './a.csv@27');
finds(`SELECT 'é😀' FROM "/a.csv"`, './a.csv@18');
finds('WITH "/a.csv" AS (SELECT 1) FROM "/a.csv"', './a.csv@33?');
finds('FROM "/a.csv@HEAD~1", other', './a.csv@HEAD~1@5');
finds('SELECT * FROM pond.commits, POND.Nodes', 'pond.commits@14 pond.Nodes@28');
finds('VALUES (1)', '');
finds(`SELECT 1e400, -1e400, 'Infinity', "Infinity" FROM "/a.csv"`, './a.csv@50');
finds('TABLE "/a.csv"', './a.csv@6');
finds('DESCRIBE "/a.csv"', './a.csv@9');
finds(`SUMMARIZE '/a.csv'`, './a.csv@10');
finds('SHOW TABLES', '');
finds('PIVOT "/a.csv" ON x IN (1, 2) USING sum(y)', './a.csv@6');
finds('PIVOT "/a.csv" ON x USING sum(y)', './a.csv@6');
finds('WITH "/a" AS (FROM "/b") PIVOT "/a" ON x', './a@5? ./b@19 ./a@31?');
finds(`WITH t AS (FROM pond.commits) PIVOT t ON x USING first('/b')`, 'pond.commits@16? ./b@55?');
finds('UNPIVOT "/a.csv" ON a, b', './a.csv@8');
finds('EXPLAIN FROM "/a.csv"', './a.csv@13');
finds('EXPLAIN ANALYZE FROM "/a.csv"', './a.csv@21');
finds('EXPLAIN (ANALYZE, FORMAT json) FROM "/a.csv"', './a.csv@36');
finds('EXPLAIN (FROM "/a.csv")', './a.csv@14');
finds('/* ; */ ;; ( SELECT 1 ) -- ; \n;', '');
finds(`SELECT ${'1 + '.repeat(400)}1`, '');

function refuses(
  name: string,
  sql: string,
  code: 'query-invalid' | 'query-forbidden',
  message: RegExp,
  at?: number,
): void {
  test(`refuses ${name}: ${sql.slice(0, 80)}`, async () => {
    await assert.rejects(analyze(connection, sql), (error: unknown) => {
      assert.ok(isPondError(error), String(error));
      assert.equal(error.code, code);
      assert.match(error.message, message);
      if (at !== undefined) assert.deepEqual(error.position, { line: 0, character: at });
      return true;
    });
  });
}

const statements = [
  "COPY (SELECT 1) TO '/tmp/x.csv'",
  "EXPORT DATABASE '/tmp/x'",
  "IMPORT DATABASE '/tmp/x'",
  "ATTACH '/tmp/x.db'",
  'DETACH x',
  'INSTALL httpfs',
  'LOAD httpfs',
  'SET memory_limit = 1',
  'RESET memory_limit',
  'PRAGMA version',
  'CALL pragma_version()',
  'CREATE TABLE t (x INT)',
  'CREATE SECRET s (TYPE s3)',
  'INSERT INTO t VALUES (1)',
  'DROP TABLE t',
  'DELETE FROM t',
  'UPDATE t SET x = 1',
  'ALTER TABLE t ADD y INT',
  'PREPARE p AS SELECT 1',
  'EXECUTE p',
  'CHECKPOINT',
  'VACUUM',
  'ANALYZE',
  'USE x',
  'BEGIN',
  'COMMIT',
  'SET VARIABLE a = 1',
  'COMMENT ON TABLE t IS NULL',
];
for (const sql of statements) {
  refuses('what is not a query', sql, 'query-forbidden', /is not allowed in a query|several statements/, 0);
  refuses('it behind a comment', `/* SELECT */ ${sql}`, 'query-forbidden', /is not allowed in a query/, 13);
  refuses('it behind EXPLAIN', `EXPLAIN ANALYZE ${sql}`, 'query-forbidden', /./);
  refuses('it behind a query', `SELECT 1; ${sql}`, 'query-forbidden', /./);
  refuses('it before a query', `${sql}; SELECT 1`, 'query-forbidden', /./);
}

refuses('both kinds of parameters', 'SELECT ? + $n', 'query-invalid', /^Mixing named and positional parameters/);
refuses('two queries', "SELECT ';'; ;SELECT 2", 'query-forbidden', /several statements/, 13);
refuses('two queries, one a PIVOT', 'PIVOT t ON x USING sum(y); SELECT 2', 'query-forbidden', /several statements/, 27);
refuses(
  'a CREATE that mentions PIVOT',
  'CREATE TABLE x AS FROM (PIVOT t ON y)',
  'query-forbidden',
  /CREATE is not allowed/,
);
refuses('a WITH that inserts', 'WITH t AS (SELECT 1) INSERT INTO x FROM t', 'query-forbidden', /not allowed/);
refuses(
  'a WITH that inserts and pivots',
  'WITH t AS (PIVOT x ON y) INSERT INTO z FROM t',
  'query-forbidden',
  /the text is not a query/,
);
refuses(
  'a WITH that pivots, and a DROP',
  'WITH t AS (PIVOT x ON y) SELECT 1; DROP TABLE x',
  'query-forbidden',
  /several statements/,
);
refuses('an empty text', ' -- nothing\n;', 'query-invalid', /empty/, 0);
refuses('a text that does not parse', 'SELECT 1 FROM WHERE', 'query-invalid', /syntax error/, 14);
refuses(
  'a text that does not parse after wide characters',
  `SELECT 'é😀' FROM WHERE`,
  'query-invalid',
  /syntax error/,
  18,
);
refuses('a NUL, behind which DuckDB sees nothing', 'SELECT 1 \0; DROP TABLE x', 'query-invalid', /NUL/, 9);
refuses('a name that does not end', 'FROM "/a.csv', 'query-invalid', /unterminated/, 5);
refuses('AT behind a path', 'FROM "/a.csv" AT (VERSION => 3)', 'query-invalid', /AT is not known/, 5);
refuses('EXPLAIN of a PIVOT by data', 'EXPLAIN PIVOT t ON x', 'query-forbidden', /needs its columns listed/);

for (const [name, text, at] of [
  ['a carriage return alone', '\r', 0],
  ['one in a comment', '/* \r */', 3],
  ['a letter that is not ASCII', 'é', 0],
  ['a space that is not ASCII', '\u00a0', 0],
  ['a space without width', '\u200b', 0],
] as const) {
  const sql = `PIVOT t ON x USING sum(y) ${text} ORDER BY ALL`;
  refuses(`${name} in a PIVOT by data`, sql, 'query-invalid', /^the character \S+ outside of quotes/, 26 + at);
}
for (const text of ['$$a$$', '$a$a$a$'])
  refuses(
    'a dollar string in a PIVOT by data',
    `PIVOT t ON x USING first(${text})`,
    'query-invalid',
    /character \$/,
    25,
  );
finds(`PIVOT "/é" -- é\r\n ON x USING first('é\r$$') /* é$$ */`, './é@6');
refuses(
  'a function that plans a query',
  "SELECT json_serialize_plan('x')",
  'query-forbidden',
  /json_serialize_plan\(\)/,
);
refuses('a function with the text of views', 'SELECT pg_get_viewdef(1)', 'query-forbidden', /pg_get_viewdef\(\)/);

/** The statement that runs is the query as DuckDB parsed it, and our own EXPLAIN. */
function runs(sql: string, explain: string | undefined, query: string): void {
  test(`runs ${String(explain)} of ${sql}`, async () => {
    assert.deepEqual((await analyze(connection, sql)).statement, { query, explain });
  });
}

runs('SELECT 1; -- end', undefined, 'SELECT 1; -- end');
runs('PIVOT t ON x ; -- end', undefined, 'PIVOT t ON x');
runs('/*é*/ explain\n analyze select 1', 'EXPLAIN (ANALYZE)', `${' '.repeat(13)}\n${' '.repeat(9)}select 1`);
runs('EXPLAIN (FORMAT "JSON", ANALYZE) SELECT 1', "EXPLAIN (FORMAT 'json', ANALYZE)", `${' '.repeat(33)}SELECT 1`);
runs('EXPLAIN (SELECT 1)', 'EXPLAIN', '        (SELECT 1)');

const functions = [
  "read_text('/etc/passwd')",
  "read_blob('/etc/passwd')",
  "read_csv('/etc/passwd')",
  "READ_PARQUET('/x')",
  "read_json('/x')",
  "parquet_metadata('/x')",
  "sniff_csv('/etc/passwd')",
  "glob('/etc/*')",
  "query('SELECT 1')",
  "query_table('x')",
  'duckdb_settings()',
  'duckdb_secrets()',
  'pragma_version()',
  "json_execute_serialized_sql('')",
  'checkpoint()',
];
for (const call of functions) {
  refuses(
    'a table function that reads or reveals the host',
    `FROM ${call}`,
    'query-forbidden',
    /\(\) is not allowed/,
    5,
  );
  refuses('one in a subquery', `SELECT (SELECT 1 FROM ${call})`, 'query-forbidden', /\(\) is not allowed/, 22);
  refuses('one in a PIVOT by data', `PIVOT (FROM ${call}) ON x`, 'query-forbidden', /\(\) is not allowed/, 12);
  refuses('one in EXPLAIN', `EXPLAIN FROM ${call}`, 'query-forbidden', /\(\) is not allowed/, 13);
}
for (const name of [
  'pg_settings',
  'PG_CATALOG.pg_views',
  "'pg_settings'",
  'system.information_schema.Views',
  'main.duckdb_views',
  'sqlite_master',
]) {
  refuses('a table with host paths', `FROM ${name}`, 'query-forbidden', /describes the host/, 5);
  refuses('one in a PIVOT by data', `PIVOT (FROM ${name}) ON name`, 'query-forbidden', /describes the host/);
}
refuses(
  'one that a WITH elsewhere has the name of',
  'SELECT (WITH pg_settings AS (SELECT 1) SELECT 1) FROM pg_settings',
  'query-forbidden',
  /describes the host/,
);
finds('WITH views AS (FROM "/a.csv") FROM views, information_schema.columns', './a.csv@20');
refuses('getenv', "SELECT getenv('HOME')", 'query-forbidden', /getenv\(\)/, 7);
refuses(
  'current_setting',
  "SELECT 1 WHERE current_setting('allowed_paths') <> []",
  'query-forbidden',
  /current_setting\(\)/,
  15,
);
