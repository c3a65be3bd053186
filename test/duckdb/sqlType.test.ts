import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSqlType, requireSqlType, textCastSql, tryTextCastSql } from '../../server/src/duckdb/sqlType.ts';
import { literal, sql } from '../../server/src/duckdb/sql.ts';
import { isPondError } from '../../server/src/base/error.ts';
import { testConnection } from '../support/connection.ts';
import { anySql } from '../support/anySql.ts';

const connection = await testConnection();

test('every type name of DuckDB is a type', async () => {
  const rows = await connection.rows(anySql('SELECT column_type FROM (DESCRIBE FROM test_all_types())'));
  assert.ok(rows.length > 50);
  for (const [type] of rows) assert.equal(parseSqlType(String(type)), type);
});

for (const [text, type, expected] of [
  ['2026-03-29T01:00:00+01:00', 'TIMESTAMP', '2026-03-29 00:00:00'],
  ['2026-03-29 01:00:00.5-0530', 'TIMESTAMP_MS', '2026-03-29 06:30:00.5'],
  ['2026-03-29 01:00:00 +02', 'TIMESTAMP', null],
  ['2026-03-29T01:00:00.000000001+01:00', 'TIMESTAMP_NS', '2026-03-29 00:00:00.000000001'],
  ['2026-03-29T01:00:00+01:00', 'TIMESTAMP WITH TIME ZONE', '2026-03-29 00:00:00+00'],
  ['2026-03-29T01:00:00Z', 'TIMESTAMP', '2026-03-29 01:00:00'],
  ['2026-03-29 01:00', 'TIMESTAMP', '2026-03-29 01:00:00'],
  ['2026-03-29', 'TIMESTAMP', '2026-03-29 00:00:00'],
  ['1:30:00+01:00', 'TIMESTAMP', null],
] as const) {
  test(`the text ${text} is ${expected ?? 'no value'} as ${type}`, async () => {
    const value = tryTextCastSql(literal(text), requireSqlType(type));
    assert.deepEqual(await connection.rows(sql`SELECT CAST(${value} AS VARCHAR)`), [[expected]]);
    const cast = connection.rows(sql`SELECT ${textCastSql(literal(text), requireSqlType(type))}`);
    await (expected === null ? assert.rejects(cast) : cast);
  });
}

for (const type of [
  'DECIMAL(18,3)',
  'DECIMAL(18, 3)[]',
  'STRUCT("a ""b" INTEGER, c STRUCT(d ENUM(\'x\', \'it\'\'s)\')[3])[], "select" JSON)',
  'MAP(VARCHAR, MAP(INTEGER, UNION("name" VARCHAR, age SMALLINT))[])[2]',
  'TIMESTAMP WITH TIME ZONE[]',
  '"NULL"',
  `${'STRUCT(a '.repeat(10_000)}INTEGER${')'.repeat(10_000)}`,
]) {
  test(`is a type: ${type.slice(0, 80)}`, () => assert.equal(parseSqlType(type), type));
}

for (const text of [
  '',
  'bigint',
  'BIGINT AS a',
  'BIGINT)',
  'BIGINT;',
  'BIGINT -- x',
  'BIGINT/**/',
  ' BIGINT',
  'BIGINT\n',
  'BIGINTS',
  'DECIMAL',
  'DECIMAL(18,3',
  'DECIMAL(1+1,3)',
  'ENUM()',
  "ENUM('a' || 'b')",
  "ENUM('a') AS x",
  "ENUM((SELECT 'a'))",
  'STRUCT()',
  'STRUCT(a)',
  'STRUCT(a b)',
  'STRUCT(a INTEGER',
  'STRUCT(a INTEGER))',
  'MAP(VARCHAR)',
  'MAP(VARCHAR, VARCHAR, VARCHAR)',
  'INTEGER[1',
  'INTEGER[-1]',
  'INTEGER[1]]',
  'main.my_type',
  '"my type"',
  `BIGINT AS min0 FROM range(1)) TO '/tmp/x'; COPY (SELECT 1) TO '/tmp/y' --`,
]) {
  test(`is not a type: ${JSON.stringify(text).slice(0, 80)}`, () => {
    assert.equal(parseSqlType(text), undefined);
    assert.throws(
      () => requireSqlType(text),
      (error) => isPondError(error, 'query-failed'),
    );
  });
}

test('a row without names, such as (a, b), is refused with what to write', () => {
  for (const text of ['STRUCT("" INTEGER)', 'STRUCT("" BIGINT, "" VARCHAR)[]']) {
    assert.throws(() => requireSqlType(text), {
      code: 'query-invalid',
      message: 'a value such as (a, b) has parts without names',
      hint: 'Select columns without parentheses, or name the parts: {a: a, b: b}.',
    });
  }
});
