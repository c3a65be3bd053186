/**
 * Every function, pragma and setting that the bundled DuckDB lists, through every syntax that reaches it. A new DuckDB
 * with a function that has not been judged fails here.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { openLockedDatabase } from '../../server/src/duckdb/database.ts';
import { identifier, literal } from '../../server/src/duckdb/sql.ts';
import { analyze } from '../../server/src/sandbox/analysis.ts';
import { findReferences } from '../../server/src/sandbox/ast.ts';
import {
  allowedFunctions,
  allowedTableFunctions,
  isAllowedFunction,
  refusedFunctions,
} from '../../server/src/sandbox/functionNames.ts';
import { testConnection } from '../support/connection.ts';
import { seeds } from '../support/proof.ts';
import { anySql } from '../support/anySql.ts';

// One thread: to distribute a statement of a millisecond costs more than to run it.
const connection = await testConnection({ threads: 1 });

/** Names of functions of these types, in lower case and in order. */
async function listed(...types: readonly string[]): Promise<readonly string[]> {
  const rows = await connection.rows(
    anySql(`SELECT DISTINCT lower(function_name) AS name FROM duckdb_functions()
    WHERE function_type IN (${types.map(literal).join(', ')}) ORDER BY name`),
  );
  return rows.map(([name]) => String(name));
}

const scalars = await listed('scalar', 'macro', 'aggregate');
const tables = await listed('table', 'table_macro', 'pragma');
/** True for a function that the optimizer inserts: called by hand, it trusts its arguments. */
const isInternalFunction = (name: string): boolean => name.startsWith('__internal_');
const isRefused = (name: string): boolean => !isAllowedFunction(name);
const isTableRefused = (name: string): boolean => !allowedTableFunctions.has(name);

/** Fails unless the text is refused as forbidden, or is not a query of DuckDB's grammar. */
async function assertRefused(sql: string): Promise<void> {
  const error: unknown = await analyze(connection, sql).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(isPondError(error), `${sql} is let through`);
  const isParserError =
    error.code === 'query-invalid' &&
    /syntax error|Parser Error|outside of quotes|the query is empty/.test(error.message);
  assert.ok(error.code === 'query-forbidden' || isParserError, `${sql}: ${error.message}`);
}

test('each function of the bundled DuckDB is judged, and no other', () => {
  const judgments = scalars.map((name) => {
    const count = [isAllowedFunction(name), refusedFunctions.has(name), isInternalFunction(name)].filter(
      Boolean,
    ).length;
    return { name, count };
  });
  assert.deepEqual(
    judgments.filter(({ count }) => count !== 1),
    [],
  );
  // getenv is a function of DuckDB's own terminal, unnest is listed among the table functions.
  const judged = [...allowedFunctions, ...refusedFunctions.keys()].filter((name) => !/^(getenv|unnest)$/.test(name));
  assert.deepEqual(
    judged.filter((name) => !scalars.includes(name)),
    [],
  );
  assert.deepEqual(
    [...allowedTableFunctions].filter((name) => !tables.includes(name) && name !== 'unnest'),
    [],
  );
});

test('an allowed macro calls allowed functions only', async () => {
  const rows = await connection.rows(
    anySql(
      "SELECT DISTINCT lower(function_name), macro_definition FROM duckdb_functions() WHERE function_type = 'macro'",
    ),
  );
  assert.ok(rows.length > 50);
  for (const [name, definition] of rows) {
    if (!isAllowedFunction(String(name))) continue;
    const [row] = await connection.rows(anySql('SELECT json_serialize_sql($1::VARCHAR)'), [
      `SELECT ${String(definition)}`,
    ]);
    const { functions } = findReferences(JSON.parse(String(row?.[0])));
    for (const called of functions) assert.ok(isAllowedFunction(called.name), `${String(name)} calls ${called.name}`);
  }
});

const isLong = seeds(1).length > 1;

/**
 * The places to try with the name of this index: all of them in the long mode. Else every third, another third for each
 * name, so that each name is tried in places of all sorts and each place with many names.
 */
function placesFor<T>(places: readonly T[], index: number): readonly T[] {
  return places.filter((_, place) => isLong || (place + index) % 3 === 0);
}

/** An expression, in each place of a query where one may be. */
const expressionPlaces: readonly ((call: string) => string)[] = [
  (call) => `SELECT ${call}`,
  (call) => `FROM (VALUES (1)) t(x) WHERE ${call} IS NULL`,
  (call) => `WITH c AS (SELECT ${call} AS x) FROM c`,
  (call) => `SELECT (SELECT max(x) FROM (SELECT ${call} AS x))`,
  (call) => `SELECT list_transform([1], lambda x: ${call})`,
  (call) => `SELECT [${call} FOR x IN [1]]`,
  (call) => `SELECT {'a': ${call}}`,
  (call) => `SELECT 1 ORDER BY ${call}`,
  (call) => `SELECT CASE WHEN ${call} IS NULL THEN 1 END`,
  (call) => `EXPLAIN SELECT ${call}`,
  (call) => `EXPLAIN ANALYZE SELECT ${call}`,
  (call) => `DESCRIBE SELECT ${call}`,
  (call) => `SUMMARIZE SELECT ${call}`,
  (call) => `FROM range(3) t(x) SELECT x GROUP BY x, ${call}`,
  (call) => `VALUES (${call})`,
  (call) => `PIVOT (SELECT 1 AS a, ${call} AS b) ON a`,
  (call) => `PIVOT (SELECT 1 AS a, ${call} AS b) ON a IN (1)`,
  (call) => `PIVOT (SELECT 1 AS a) ON a USING first(${call})`,
  (call) => `FROM (PIVOT (SELECT 1 AS a, ${call} AS b) ON a)`,
  (call) => `FROM range(1) t(x), LATERAL (SELECT ${call})`,
  (call) => `SELECT sum(x) FILTER (WHERE ${call} IS NULL) FROM range(1) t(x)`,
  (call) => `SELECT sum(x) OVER (ORDER BY ${call}) FROM range(1) t(x)`,
  (call) => `SELECT 1 LIMIT (SELECT ${call})`,
  (call) => `SELECT COLUMNS(c -> ${call} IS NULL) FROM range(1)`,
  (call) => `FROM range(1) t(x) QUALIFY ${call} IS NULL`,
];

/** Spellings of a call. */
const callsOf = (name: string): readonly string[] => [
  `${identifier(name)}()`,
  `${identifier(name.toUpperCase())}('a')`,
  `main.${identifier(name)}('a', 1)`,
  `system.main.${identifier(name)}('a')`,
  `('a').${identifier(name)}()`,
  `${identifier(name)}/* */ ('a')`,
  `${identifier(name)}('a') OVER ()`,
];

test('a function that is not allowed is refused in every syntax', async () => {
  const refused = scalars.filter(isRefused);
  assert.ok(refused.includes('current_setting') && refused.some(isInternalFunction));
  // One of the many that the optimizer uses stands for all of them where the syntax varies.
  const varied = [...refused.filter((name) => !isInternalFunction(name)), '__internal_compress_string_ubigint'];
  for (const name of refused) await assertRefused(`SELECT ${identifier(name)}()`);
  for (const name of varied) for (const call of callsOf(name)) await assertRefused(`SELECT ${call}`);
  assert.ok(varied.length >= 3, 'each place is tried');
  for (const [index, name] of varied.entries())
    for (const place of placesFor(expressionPlaces, index)) await assertRefused(place(`${identifier(name)}('a')`));
});

/** A table function, in each place of a query where one may be. */
const tablePlaces: readonly ((call: string) => string)[] = [
  (call) => `FROM ${call}`,
  (call) => `SELECT * FROM range(1), ${call}`,
  (call) => `SELECT (SELECT 1 FROM ${call})`,
  (call) => `WITH c AS (FROM ${call}) FROM c`,
  (call) => `EXPLAIN FROM ${call}`,
  (call) => `DESCRIBE FROM ${call}`,
  (call) => `SUMMARIZE FROM ${call}`,
  (call) => `PIVOT ${call} ON a`,
  (call) => `PIVOT (FROM ${call}) ON a IN (1)`,
  (call) => `FROM range(1) JOIN ${call} ON true`,
  (call) => `FROM range(1) t(x), LATERAL (FROM ${call})`,
  (call) => `CALL ${call}`,
  (call) => `SELECT 1 LIMIT (SELECT count(*) FROM ${call})`,
  (call) => `SELECT COLUMNS('.*') FROM ${call}`,
  (call) => `SHOW (FROM ${call})`,
];

test('a table function or pragma that is not allowed is refused in every syntax', async () => {
  const refused = tables.filter(isTableRefused);
  assert.ok(refused.includes('read_text') && refused.includes('enable_profiling') && refused.includes('query'));
  for (const [index, name] of refused.entries()) {
    for (const place of placesFor(tablePlaces, index)) await assertRefused(place(`${identifier(name)}('a')`));
    for (const call of [`${name}()`, `${name.toUpperCase()}('a', b := 1)`, `system.main.${name}('a')`]) {
      await assertRefused(`FROM ${call}`);
    }
    for (const pragma of [`PRAGMA ${name}`, `PRAGMA ${name}('a')`, `PRAGMA ${name}='a'`]) await assertRefused(pragma);
  }
});

test('no setting can be changed or read', async () => {
  const settings = await connection.rows(anySql('SELECT name FROM duckdb_settings() ORDER BY name'));
  assert.ok(settings.length > 100);
  for (const [name] of settings) {
    for (const verb of ['SET', 'SET GLOBAL', 'SET SESSION', 'PRAGMA'])
      await assertRefused(`${verb} ${String(name)} = 1`);
    await assertRefused(`RESET ${String(name)}`);
    await assertRefused(`SELECT current_setting(${literal(String(name))})`);
  }
});

test('every statement that is not a query is refused', async () => {
  const statements = `
    ATTACH 'x.db'; ATTACH ':memory:' AS m; DETACH m; USE memory; INSTALL httpfs; LOAD httpfs; FORCE INSTALL json
    UPDATE EXTENSIONS; COPY (SELECT 1) TO 'x.csv'; COPY t FROM 'x.csv'; COPY FROM DATABASE a TO b
    EXPORT DATABASE 'x'; IMPORT DATABASE 'x'; CREATE TABLE t (a INT); CREATE TEMP TABLE t AS SELECT 1
    CREATE VIEW v AS SELECT 1; CREATE MACRO m(a) AS a; CREATE FUNCTION m(a) AS TABLE SELECT a; CREATE SCHEMA s
    CREATE SEQUENCE q; CREATE TYPE y AS ENUM ('a'); CREATE INDEX i ON t (a); CREATE SECRET (TYPE s3)
    CREATE PERSISTENT SECRET s (TYPE s3); DROP SECRET s; DROP TABLE t; DROP VIEW v; ALTER TABLE t ADD COLUMN b INT
    INSERT INTO t VALUES (1); UPDATE t SET a = 1; DELETE FROM t; MERGE INTO t USING u ON true WHEN MATCHED THEN DELETE
    TRUNCATE t; VACUUM; ANALYZE; CHECKPOINT; FORCE CHECKPOINT; BEGIN; COMMIT; ROLLBACK; PREPARE p AS SELECT 1
    EXECUTE p; DEALLOCATE p; SET VARIABLE x = 1; RESET VARIABLE x; COMMENT ON TABLE t IS 'a'; CALL pragma_version()
    SET TimeZone = 'UTC'; KILL 1`;
  for (const text of statements.split(/;|\n/)) {
    const sql = text.trim();
    if (sql === '') continue;
    await assertRefused(sql);
    await assertRefused(`EXPLAIN ${sql}`);
    await assertRefused(`EXPLAIN ANALYZE ${sql}`);
    await assertRefused(`SELECT 1; ${sql}`);
  }
});

test('the name of no function is left to DuckDB, which suggests others', async () => {
  await analyze(connection, 'SELECT uper(1)');
});

/** Returns whether the catalog has a form of a function with so many arguments; of a function that it does not list, any. */
async function arities(): Promise<(name: string, count: number) => boolean> {
  // The last parameters of a macro may have defaults.
  const rows = await connection.rows(
    anySql(`SELECT DISTINCT lower(function_name), if(function_type = 'macro', 0, len(parameters))::INTEGER,
      if(varargs IS NULL, len(parameters), 99)::INTEGER
    FROM duckdb_functions() WHERE function_type IN ('scalar', 'macro', 'aggregate')`),
  );
  return (name, count) => {
    const forms = rows.filter(([listed]) => listed === name);
    return forms.length === 0 || forms.some(([, least, most]) => Number(least) <= count && count <= Number(most));
  };
}

test('no allowed function shows a file, a setting or the environment', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pond-canary-'));
  after(() => rm(folder, { recursive: true, force: true }));
  const canary = 'canary-3f9c1b';
  process.env['POND_CANARY'] = canary;
  after(() => delete process.env['POND_CANARY']);
  const file = join(folder, 'file.csv');
  await writeFile(file, `a\n${canary}\n`);
  const locked = await openLockedDatabase({ hostPaths: [file], spillDirectory: join(folder, canary), threads: 1 });
  after(() => {
    locked.connection.close();
    locked.database.close();
  });
  const read = `SELECT content FROM read_text(${literal(file)})`;
  const texts = [file, 'temp_directory', 'POND_CANARY', "SELECT current_setting('temp_directory')", read, '{"a":1}'];
  const values = [...texts.map(literal), `[${literal(file)}]`, '1', 'NULL'];
  // All pairs only in the long mode.
  const seconds = isLong ? values : [literal(file)];
  const takes = await arities();
  const argumentLists = [[], ...values.map((a) => [a]), ...values.flatMap((a) => seconds.map((b) => [a, b]))];
  let ran = 0;
  for (const name of allowedFunctions) {
    for (const list of argumentLists.filter(({ length }) => takes(name, length))) {
      const sql = `SELECT ${identifier(name)}(${list.join(', ')})::VARCHAR`;
      const rows = await locked.connection.rows(anySql(sql)).catch(() => undefined);
      if (rows === undefined) continue;
      ran += 1;
      assert.ok(!JSON.stringify(rows).includes(canary), sql);
    }
  }
  assert.ok(ran > 1000, `${ran} calls ran`);
});
