import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSqlType, requireSqlType } from '../../server/src/duckdb/sqlType.ts';
import { isPondError } from '../../server/src/base/error.ts';
import { testConnection } from '../support/connection.ts';

const connection = await testConnection();

test('every type name of DuckDB is a type', async () => {
  const rows = await connection.rows('SELECT column_type FROM (DESCRIBE FROM test_all_types())');
  assert.ok(rows.length > 50);
  for (const [type] of rows) assert.equal(parseSqlType(String(type)), type);
});

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
  'STRUCT("" INTEGER)',
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
