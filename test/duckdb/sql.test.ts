import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identifier, joinSql, literal, literalList, sql, withLiterals } from '../../server/src/duckdb/sql.ts';
import { testConnection } from '../support/connection.ts';
import { anySql } from '../support/anySql.ts';

const connection = await testConnection();

const texts = ['plain', '/a b/c.csv', `it's`, `"quoted"`, `';DROP TABLE x;--`, '\\n\\', 'é😀', '/*', '$$', ''];

for (const text of texts) {
  test(`DuckDB reads the literal of ${JSON.stringify(text)} as that text`, async () => {
    assert.deepEqual(await connection.rows(anySql(`SELECT ${literal(text)}`)), [[text]]);
    assert.deepEqual(await connection.rows(anySql(`SELECT ${literalList([text, text])}[2]`)), [[text]]);
  });

  test(`DuckDB reads the identifier of ${JSON.stringify(text)} as that name`, async () => {
    // SQL has no empty name.
    if (text === '') return assert.rejects(connection.run(anySql(`SELECT 1 AS ${identifier(text)}`)));
    await connection.run(anySql(`CREATE OR REPLACE TEMP VIEW ${identifier(text)} AS SELECT 1 AS x`));
    const rows = await connection.rows(
      anySql(`SELECT count(*) FROM duckdb_views() WHERE view_name = ${literal(text)}`),
    );
    assert.deepEqual(rows, [[1n]]);
    return undefined;
  });
}

test('SQL is built of quoted names, texts, integers and other SQL', () => {
  const columns = joinSql(['a"b', 'c'].map(identifier));
  assert.equal(
    sql`SELECT ${columns} FROM t WHERE x = ${literal("it's")} LIMIT ${3n} OFFSET ${4}`,
    `SELECT "a""b", "c" FROM t WHERE x = 'it''s' LIMIT 3 OFFSET 4`,
  );
  assert.equal(joinSql([], sql` AND `), '');
  assert.throws(() => sql`SELECT ${0.5}`, /0.5 is an integer/);
});

test('literals of SQL are replaced as a whole, and no name, comment or part of a text', () => {
  const statement = sql`SELECT 'a', "a", 'aa', 'it''s a' FROM t('a') -- 'a'`;
  const changed = withLiterals(statement, (text) => (text === 'a' ? "b'" : undefined));
  assert.equal(changed, `SELECT 'b''', "a", 'aa', 'it''s a' FROM t('b''') -- 'a'`);
});
